import { create } from "zustand";

/** The hop in which the followed request goes another way than in the other picture. */
interface PartingState {
  readonly connection: string | undefined;
  readonly index: number | undefined;
}

export const useParting = create<PartingState>(() => ({ connection: undefined, index: undefined }));
