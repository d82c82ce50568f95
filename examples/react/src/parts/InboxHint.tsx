// In development: where the messages are that the server would send.
import { SERVER } from '../config';

export function InboxHint() {
  if (!import.meta.env.DEV) return null;
  return <p><small>In development, messages are in <a href={`${SERVER}/inbox`} target="_blank">the server’s inbox</a>.</small></p>;
}
