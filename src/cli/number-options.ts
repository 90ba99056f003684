/** Numbers as command-line options take them. */
import { InvalidArgumentError } from 'commander';

export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} upwards` : `${least} to ${most}`;
    throw new InvalidArgumentError(`It is a whole number from ${range}.`);
  };
}

export function nonNegative(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It is a number from 0 upwards.');
}
