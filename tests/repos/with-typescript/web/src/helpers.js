export function unusedHelper(values) {
  return values.map((value) => value * 2);
}
