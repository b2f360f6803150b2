/** The page's own signs, drawn on a grid of 16: no font need have them. */
const shapes = {
  pause: <path d="M5 3.5h2v9H5zM9 3.5h2v9H9z" fill="currentColor" />,
  play: <path d="M5 3.2v9.6l7.6-4.8z" fill="currentColor" />,
  stepForward: <path d="M4 3.5v9l6-4.5zM11 3.5h1.8v9H11z" fill="currentColor" />,
  stepBack: <path d="M12 3.5v9L6 8zM3.2 3.5H5v9H3.2z" fill="currentColor" />,
  packetForward: <path d="M1.8 4v8L7 8zM7 4v8l5.2-4zM12.6 4h1.6v8h-1.6z" fill="currentColor" />,
  skip: <path d="M2.2 4v8l5-4zM7.2 4v8l5-4z" fill="currentColor" />,
  replay: (
    <path
      d="M3.4 8a4.6 4.6 0 1 0 1.5-3.4M3.2 2.6v2.6h2.6"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  ),
  sun: (
    <g stroke="currentColor" strokeWidth="1.4" strokeLinecap="round">
      <circle cx="8" cy="8" r="2.9" fill="none" />
      <path d="M8 1.4v1.4M8 13.2v1.4M1.4 8h1.4M13.2 8h1.4M3.3 3.3l1 1M11.7 11.7l1 1M12.7 3.3l-1 1M4.3 11.7l-1 1" />
    </g>
  ),
  moon: (
    <path
      d="M13 9.7A5.4 5.4 0 0 1 6.3 3 5.4 5.4 0 1 0 13 9.7z"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinejoin="round"
    />
  ),
  close: <path d="M4 4l8 8M12 4l-8 8" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />,
  plus: <path d="M8 3v10M3 8h10" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />,
  minus: <path d="M3 8h10" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />,
  fit: (
    <path
      d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  ),
  beside: (
    <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round">
      <path d="M2.5 3.5h4.6v9H2.5zM9 3.5h4.6v9H9z" />
    </g>
  ),
  search: (
    <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round">
      <circle cx="7" cy="7" r="4" />
      <path d="M10 10l3.4 3.4" />
    </g>
  ),
  filter: <path d="M2.5 4.2h11M4.8 8h6.4M6.8 11.8h2.4" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />,
  link: (
    <path
      d="M6.6 9.4l2.8-2.8M7.4 4.6l1-1a2.9 2.9 0 0 1 4.1 4.1l-1 1M8.6 11.4l-1 1a2.9 2.9 0 0 1-4.1-4.1l1-1"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
    />
  ),
  pen: <path d="M3 13l.7-2.8 6.9-6.9 2.1 2.1-6.9 6.9z" fill="none" stroke="currentColor" strokeWidth="1.3" strokeLinejoin="round" />,
  error: (
    <g>
      <circle cx="8" cy="8" r="6" fill="currentColor" />
      <path d="M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4" stroke="var(--surface)" strokeWidth="1.5" strokeLinecap="round" />
    </g>
  ),
  warning: (
    <g>
      <path d="M8 2l6.4 11.4H1.6z" fill="currentColor" />
      <path d="M8 6.4v3.2M8 11.3v.3" stroke="var(--surface)" strokeWidth="1.5" strokeLinecap="round" />
    </g>
  ),
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {shapes[name]}
    </svg>
  );
}
