/** placeholder for now */
export const redact = (text: string): string => text;
