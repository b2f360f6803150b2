/**
 * Blocks of the tutorial: as a browser copies them (indentation gone, U+2013 for a list's dash), and as they were meant.
 * @source the tutorial, sections 1.1 and 5
 */
export interface PastedText {
  readonly pasted: string;
  readonly mended: string;
}

export const firstService: PastedText = {
  pasted: `apiVersion: v1
kind: Service
metadata:
name: kubia
spec:
selector: # 该服务管理 app=kubia 的 Pod
app: kubia
ports:
– port: 80 # 服务暴露端口
targetPort: 8080 # 服务将连接转发到的容器端口`,
  mended: `apiVersion: v1
kind: Service
metadata:
  name: kubia
spec:
  selector: # 该服务管理 app=kubia 的 Pod
    app: kubia
  ports:
  - port: 80 # 服务暴露端口
    targetPort: 8080 # 服务将连接转发到的容器端口`,
};

export const probedController: PastedText = {
  pasted: `apiVersion: v1
kind: ReplicationController
metadata:
name: kubia
spec:
replicas: 2
template:
metadata:
labels:
app: kubia
spec:
containers:
– name: kubia
image: luksa/kubia
readinessProbe:
exec:
command: ["ls", "/var/ready"]
ports:
– containerPort: 8080`,
  mended: `apiVersion: v1
kind: ReplicationController
metadata:
  name: kubia
spec:
  replicas: 2
  template:
    metadata:
      labels:
        app: kubia
    spec:
      containers:
      - name: kubia
        image: luksa/kubia
        readinessProbe:
          exec:
            command: ["ls", "/var/ready"]
        ports:
        - containerPort: 8080`,
};
