import { keep, load } from "./keep.ts";
import { readCourse, writeCourse } from "./kept-course.ts";
import { onUpdate } from "./link-to-worker.ts";
import { viewNow } from "./make-link.ts";
import { courseKey, courseNow, isOfMoment, resume, savedText } from "./session.ts";
import { usePage } from "./store.ts";

/** When a course began to be taken up that has not come to its end yet. */
const resumingKey = "kubehop.resuming";
/** Whoever loads the page again after having waited so long wants to be rid of it. */
const patienceMs = 4000;
const saveDelayMs = 300;

/**
 * All that was done in this tab is kept as it is done. Takes up what it had open under this address; false when that is nothing. What did not come
 * to its end the last time is left: then the cluster begins anew.
 */
export function resumeCourse(): boolean {
  const course = readCourse(load(courseKey, true), window.location.hash);
  if (course === undefined) return false;
  const began = load(resumingKey, true);
  const hasFailed = began !== undefined && Date.now() - Number(began) > patienceMs;
  if (began === undefined || hasFailed) keep(resumingKey, `${Date.now()}`, true);
  const { text, record, nowUs } = course;
  const view = hasFailed ? {} : course.view;
  resume(hasFailed ? { text, record: [], nowUs: 0 } : { text, record, nowUs }, savedText() ?? text, view);
  if (isOfMoment(view)) void import("../time/open-moment.ts").then(({ openMoment }) => openMoment(text, view));
  return true;
}

export function startKeeping(): () => void {
  let timer: number | undefined;
  const save = () => {
    window.clearTimeout(timer);
    if (usePage.getState().isReplaying) return; // it would be a part of it only
    keep(resumingKey, undefined, true);
    if (!keep(courseKey, writeCourse({ ...courseNow(), view: viewNow() }, window.location.hash), true)) keep(courseKey, undefined, true);
  };
  const saveSoon = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, saveDelayMs);
  };
  const stopUpdates = onUpdate((update) => {
    if (update.type === "text" || update.type === "opened" || update.type === "recorded") saveSoon();
  });
  window.addEventListener("pagehide", save);
  saveSoon();
  return () => {
    stopUpdates();
    window.removeEventListener("pagehide", save);
    window.clearTimeout(timer);
  };
}
