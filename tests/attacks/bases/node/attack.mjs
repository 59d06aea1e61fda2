/** Nothing: the submission itself is honest; what attacks is how it comes. */
export function atStart() {
  return undefined;
}
