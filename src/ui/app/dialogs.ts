import { create } from "zustand";

/** Which of the two dialogs is open. */
export const useDialog = create<{ readonly dialog: "palette" | "keys" | undefined }>(() => ({ dialog: undefined }));

export function openPalette(): void {
  useDialog.setState({ dialog: "palette" });
}

export function openKeysHelp(): void {
  useDialog.setState({ dialog: "keys" });
}

export function closeDialog(): void {
  useDialog.setState({ dialog: undefined });
}
