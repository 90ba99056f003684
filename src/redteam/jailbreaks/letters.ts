/** Words drawn in a font of five by five, and read again: for ASCII art. */

/** Rows of a letter from the top, five columns each. */
const FONT: Readonly<Record<string, string>> = {
  A: '01110 10001 11111 10001 10001',
  B: '11110 10001 11110 10001 11110',
  C: '01111 10000 10000 10000 01111',
  D: '11110 10001 10001 10001 11110',
  E: '11111 10000 11110 10000 11111',
  F: '11111 10000 11110 10000 10000',
  G: '01111 10000 10011 10001 01111',
  H: '10001 10001 11111 10001 10001',
  I: '11111 00100 00100 00100 11111',
  J: '00111 00010 00010 10010 01100',
  K: '10010 10100 11000 10100 10010',
  L: '10000 10000 10000 10000 11111',
  M: '10001 11011 10101 10001 10001',
  N: '10001 11001 10101 10011 10001',
  O: '01110 10001 10001 10001 01110',
  P: '11110 10001 11110 10000 10000',
  Q: '01110 10001 10101 10010 01101',
  R: '11110 10001 11110 10010 10001',
  S: '01111 10000 01110 00001 11110',
  T: '11111 00100 00100 00100 00100',
  U: '10001 10001 10001 10001 01110',
  V: '10001 10001 10001 01010 00100',
  W: '10001 10001 10101 11011 10001',
  X: '10001 01010 00100 01010 10001',
  Y: '10001 01010 00100 00100 00100',
  Z: '11111 00010 00100 01000 11111',
};
const HEIGHT = 5;
const WIDTH = 5;

/** Five lines, `ink` and dots; letters stand two columns apart. @param word of the letters A to Z, in any case. */
export function drawWord(word: string, ink: string): string {
  const letters = [...word.toUpperCase()].map((letter) => FONT[letter]!.split(' '));
  return Array.from({ length: HEIGHT }, (_, row) =>
    letters
      .map((rows) => rows[row]!)
      .join('00')
      .replaceAll('1', ink)
      .replaceAll('0', '.'),
  ).join('\n');
}

const LETTERS = new Map(Object.entries(FONT).map(([letter, rows]) => [rows, letter]));

/** The word of a drawing, in capitals; undefined for another drawing. */
export function readDrawing(drawing: string): string | undefined {
  const rows = drawing.split('\n').map((row) => row.replaceAll('.', '0').replaceAll(/[^0]/g, '1'));
  const count = (rows[0]!.length + 2) / (WIDTH + 2);
  const letters = Array.from({ length: count }, (_, index) => {
    const at = index * (WIDTH + 2);
    return LETTERS.get(rows.map((row) => row.slice(at, at + WIDTH)).join(' '));
  });
  return letters.includes(undefined) ? undefined : letters.join('');
}
