// Whether an address or a number is known to be the user's.
export function Verified({ is }: { is: boolean }) {
  return <span className="tag">{is ? 'Verified' : 'Not verified'}</span>;
}
