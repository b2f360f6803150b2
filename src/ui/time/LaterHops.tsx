import { lookNow } from "./look.ts";
import { useTimeWords } from "./words.ts";
import "./later-hops.css";

/** What came after the moment that is looked at is not there yet; one line says how much it was, and leads to it. */
export function LaterHops({ count }: { count: number }) {
  const words = useTimeWords();
  if (count === 0) return null;
  return (
    <button type="button" className="later-hops" onClick={lookNow}>
      {words("laterHops", { count })}
    </button>
  );
}
