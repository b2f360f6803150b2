import { podFacts } from "../../graph/pod-facts.ts";
import { useLanguage } from "../app/language.ts";
import { useDrawn } from "../graph/drawn.ts";
import { toggleFold } from "../graph/fold.ts";
import { usePage } from "../store/store.ts";
import "./panels.css";

/** Many pods that stand as one card: which they are, those that are not well first. */
export default function GroupPanel({ id }: { id: string }) {
  const { ui } = useLanguage();
  const box = useDrawn((s) => s.model?.nodes.find((node) => node.id === id));
  const pods = usePage((s) => s.objects.get("Pod"));
  if (box?.type !== "podGroup") return <p className="empty">{ui.inspectorEmpty}</p>;
  const members = box.pods.flatMap((pod) => {
    const object = pods?.get(pod.slice("pod/".length));
    return object === undefined ? [] : [{ id: pod, ...podFacts(object) }];
  });
  const inOrder = members.toSorted((a, b) => Number(a.isReady) - Number(b.isReady) || b.restarts - a.restarts);
  return (
    <>
      <header className="panel-head">
        <h2>{box.name === "" ? ui.barePods : box.name}</h2>
        <code>{box.namespace}</code>
        <span className={`chip ${box.ready === box.total ? "ok" : "bad"}`}>
          {box.ready}/{box.total} {ui.podsReady}
        </span>
      </header>
      <h3>
        {ui.groupOf}{" "}
        <button type="button" className="btn small" onClick={() => toggleFold(id)}>
          {ui.unfold}
        </button>
      </h3>
      <ul className="members">
        {inOrder.map((pod) => (
          <li key={pod.id}>
            <button type="button" className="place" onClick={() => usePage.setState({ selection: { kind: "object", id: pod.id } })}>
              {pod.name}
            </button>
            <span className={pod.isReady ? "faint" : ""}>{pod.isReady ? pod.ip : pod.status}</span>
            {pod.restarts > 0 && <span className="restarts">↻{pod.restarts}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}
