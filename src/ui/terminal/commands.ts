/** Commands that buttons, menus and lessons put into a terminal. */
type Typist = (text: string, isEntered: boolean) => void;

const typists = new Map<number, Typist>();

export const commands = {
  register(terminal: number, typist: Typist): () => void {
    typists.set(terminal, typist);
    return () => typists.delete(terminal);
  },
  /** Types `text` at the terminal, as the user would; with `isEntered` also presses Enter. */
  type(terminal: number, text: string, isEntered: boolean): void {
    typists.get(terminal)?.(text, isEntered);
  },
};
