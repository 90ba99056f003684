import type { SecurityFamily } from '../family.ts';
export const SYSTEM_FAMILIES: readonly SecurityFamily[] = [];
