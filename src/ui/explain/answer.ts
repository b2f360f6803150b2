import { useEffect, useState } from "react";
import type { Query } from "../../playground/protocol.ts";
import { query } from "../store/link-to-worker.ts";
import { useAskedAt } from "../time/look.ts";

/** Asks the worker now, and again each simulated second, or for the earlier moment that is looked at: what is shown is what is, or was. */
export function useAnswer<T>(asked: Query): T | undefined {
  const askedAt = useAskedAt();
  const [answer, setAnswer] = useState<T | undefined>();
  const key = JSON.stringify(asked);
  useEffect(() => {
    let isCurrent = true;
    void askedAt;
    void query<T | undefined>(JSON.parse(key) as Query).then((value) => {
      if (isCurrent) setAnswer(value);
    });
    return () => {
      isCurrent = false;
    };
  }, [key, askedAt]);
  return answer;
}
