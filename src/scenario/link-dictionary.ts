/**
 * What scenario texts and commands usually hold, so that a link needs only what is its own. Frozen: a link made with this dictionary is read
 * with it for ever; another dictionary is another codec version (`k2:`). The likeliest pieces stand last, where deflate reaches them cheaply.
 */
export const dictionaryK1 = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
  parentRefs:
  hostnames:
  matches:
  backendRefs:
kind: Gateway
  gatewayClassName:
  listeners:
apiVersion: v1
kind: Secret
type: kubernetes.io/tls
data:
  tls.crt: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t
  tls.key: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t
stringData:
kind: ConfigMap
  Corefile: |
kind: ServiceAccount
kind: Namespace
metadata: {name: shop}
apiVersion: batch/v1
kind: Job
apiVersion: apps/v1
kind: StatefulSet
  serviceName:
kind: DaemonSet
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - namespaceSelector:
    - ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}
  egress:
  - to:
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
addressType: IPv4
endpoints:
- addresses: [10.244.1.7]
  conditions: {ready: true, serving: true, terminating: false}
  nodeName: node1
apiVersion: v1
kind: Endpoints
subsets:
- addresses:
  - ip: 11.11.11.11
  - ip: 22.22.22.22
  ports:
  externalName: someapi.somecompany.com
  type: ExternalName
  clusterIP: None
  publishNotReadyAddresses: true
  sessionAffinity: ClientIP
  sessionAffinityConfig: {clientIP: {timeoutSeconds: 10800}}
  internalTrafficPolicy: Local
  externalTrafficPolicy: Cluster
  externalTrafficPolicy: Local
  loadBalancerSourceRanges:
  externalIPs:
  trafficDistribution: PreferClose
        livenessProbe:
        startupProbe:
          httpGet: {path: /healthz, port: 8080}
          tcpSocket: {port: 8080}
          initialDelaySeconds: 5
          periodSeconds: 10
          failureThreshold: 3
        readinessProbe:
          exec:
            command: ["ls", "/var/ready"]
        env:
        - name: NAME
          value: 
        resources: {requests: {cpu: 100m, memory: 64Mi}}
        args: [netexec, --http-port=8080]
        image: registry.k8s.io/e2e-test-images/agnhost:2.53
        image: hashicorp/http-echo
        args: ["-text=hello", "-listen=:8080"]
        image: curlimages/curl
        image: busybox
        command: [sleep, infinity]
        image: nginx
        image: tutum/dnsutils
spec:
  ingressClassName: nginx
  tls:
  - hosts:
    - kubia.example.com
    secretName: tls-secret
  rules:
  - host: kubia.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: kubia-nodeport
            port:
              number: 80
apiVersion: networking.k8s.io/v1
kind: Ingress
kubectl create secret tls tls-secret --cert=tls.cert --key=tls.key
kubectl run dnsutils --image=tutum/dnsutils --command -- sleep infinity
kubectl exec dnsutils -- nslookup kubia-headless
kubectl expose rc kubia --name kubia2 --port 80 --target-port 8080
kubectl scale deployment web --replicas=5
kubectl delete pod -l app=kubia
kubectl describe svc kubia
kubectl get endpoints kubia
kubectl get endpointslices
kubectl get pods -o wide
kubectl get po
kubectl get svc -n kube-system
kubectl logs 
kubectl apply -f - <<'EOF'
at node1 -- iptables-save
at node1 -- curl -s 
for i in $(seq 10); do curl -s 192.168.0.2:30123; done | sort | uniq -c
kubectl exec -it client -- curl -s http://kubia.default.svc.cluster.local
wait 30s
wait settled
apiVersion: kubehop.dev/v1
kind: Scenario
metadata: {name: kubia}
spec:
  seed: 1
  cluster:
    version: v1.32.0
    domain: cluster.local
    podCIDR: 10.244.0.0/16
    serviceCIDR: 10.96.0.0/12
    proxyMode: iptables
    proxyMode: nftables
    loadBalancer: true
    ingressController: nginx
    ingressController: {class: nginx, ip: 203.0.113.80}
    nodes:
    - {name: node1, ip: 192.168.0.2, podCIDR: 10.244.1.0/24, labels: {topology.kubernetes.io/zone: a}}
    - {name: node2, ip: 192.168.0.3, podCIDR: 10.244.2.0/24, labels: {topology.kubernetes.io/zone: b}}
    - {name: node3, ip: 192.168.0.4, podCIDR: 10.244.3.0/24, labels: {topology.kubernetes.io/zone: c}}
  clients:
  - {name: laptop, ip: 203.0.113.10}
  - {name: desktop, ip: 203.0.113.11, keepAlive: true}
  external:
  - {name: someapi.somecompany.com, ip: 198.51.100.7, ports: [80, 443]}
  dns: {kubia.example.com: 203.0.113.80}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    app: web
  namespace: default
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: web
        image: nginx
        ports:
        - containerPort: 80
---
apiVersion: v1
kind: ReplicationController
metadata:
  name: kubia
spec:
  replicas: 3
  selector:
    app: kubia
  template:
    metadata:
      labels:
        app: kubia
    spec:
      containers:
      - name: kubia
        image: luksa/kubia
        ports:
        - name: http
          containerPort: 8080
---
apiVersion: v1
kind: Pod
metadata:
  name: client
  labels:
    app: client
spec:
  nodeName: node1
  containers:
---
apiVersion: v1
kind: Service
metadata:
  name: kubia
spec:
  type: LoadBalancer
  type: NodePort
  selector:
    app: kubia
  ports:
  - name: https
    port: 443
    targetPort: 8443
  - name: http
    port: 80
    targetPort: 8080
    nodePort: 30123
{"e":"0.1.0","t":"","r":[[0,"line",{"terminal":1,"text":"kubectl get svc"}],[5000,"edit",{"from":1,"removed":1,"added":["`;
