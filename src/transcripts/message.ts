/** One message of a conversation, in the roles every chat API shares. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}
