/** One thing the doctor looked at. */
export interface Finding {
  name: string;
  /** `wrong` keeps the main job from working; `warning` is worth knowing. */
  state: 'ok' | 'warning' | 'wrong';
  /** What was found, with its version. */
  found: string;
  /** The command or the change that fixes it. */
  remedy?: string;
}

export const ok = (name: string, found: string): Finding => ({ name, state: 'ok', found });
export const wrong = (name: string, found: string, remedy: string): Finding => ({
  name,
  state: 'wrong',
  found,
  remedy,
});
export const warning = (name: string, found: string, remedy: string): Finding => ({
  name,
  state: 'warning',
  found,
  remedy,
});
