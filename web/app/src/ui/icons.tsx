// SPDX-License-Identifier: MIT
// The icons, drawn on one 24 px grid with one line width. They are decoration: the control that holds one carries the words.
import type { ComponentChildren } from 'preact';

export interface IconProps {
  size?: number;
}

function Icon({ size = 22, children }: IconProps & { children: ComponentChildren }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

const icon = (children: ComponentChildren) => (props: IconProps) => <Icon {...props}>{children}</Icon>;

export const MicIcon = icon(<><rect x="9" y="3" width="6" height="11" rx="3" /><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" /></>);
export const MicOffIcon = icon(<><path d="M9 9v2a3 3 0 0 0 4.7 2.5M15 11V6a3 3 0 0 0-5.7-1.3M5.5 11.5a6.5 6.5 0 0 0 10.3 5.3M18.5 11.5c0 1-.2 1.9-.6 2.8M12 18v3M4 4l16 16" /></>);
export const CameraIcon = icon(<><rect x="2.5" y="6" width="13" height="12" rx="3" /><path d="m15.5 11 5-3.2v8.4l-5-3.2" /></>);
export const CameraOffIcon = icon(<><path d="M10 6h2.5a3 3 0 0 1 3 3v2l5-3.2v8.4M15.4 15.5A3 3 0 0 1 12.5 18h-7a3 3 0 0 1-3-3V9a3 3 0 0 1 2.3-2.9M4 4l16 16" /></>);
export const ScreenIcon = icon(<><rect x="2.5" y="4" width="19" height="13" rx="2.5" /><path d="M8.5 21h7M12 13.5V8M9.5 10.2 12 7.7l2.5 2.5" /></>);
export const ScreenOffIcon = icon(<><rect x="2.5" y="4" width="19" height="13" rx="2.5" /><path d="M8.5 21h7M9.7 8.2l4.6 4.6M14.3 8.2l-4.6 4.6" /></>);
export const HandIcon = icon(<path d="M7.5 12.5V6.7a1.5 1.5 0 0 1 3 0M10.5 11V4.6a1.5 1.5 0 0 1 3 0V11M13.5 11V6.2a1.5 1.5 0 0 1 3 0v5M16.5 11.5V8.7a1.5 1.5 0 0 1 3 0V14c0 4-2.6 7-6.8 7-3.3 0-4.7-1.6-6.5-4.6l-2.1-3.5a1.5 1.5 0 0 1 2.5-1.6l.9 1.2" />);
export const ChatIcon = icon(<><path d="M20.5 11.5c0 4.1-3.8 7.5-8.5 7.5-1.2 0-2.3-.2-3.3-.6L4 20l1.2-3.7a6.9 6.9 0 0 1-1.7-4.8C3.5 7.4 7.3 4 12 4s8.5 3.4 8.5 7.5Z" /></>);
export const PeopleIcon = icon(<><circle cx="9" cy="8.2" r="3.3" /><path d="M2.8 19.5c.5-3.4 3-5.5 6.2-5.5s5.7 2.1 6.2 5.5M15.5 5.2a3.2 3.2 0 0 1 0 6M17.7 14.6c2 .8 3.2 2.5 3.6 4.9" /></>);
export const LeaveIcon = icon(<path d="M3.6 14.6c-.9-.9-1-2.3-.1-3.2C5.6 9.2 8.7 8 12 8s6.4 1.2 8.5 3.4c.9.9.8 2.3-.1 3.2l-.9.9c-.6.6-1.6.7-2.3.2l-1.7-1.1a1.7 1.7 0 0 1-.8-1.7l.2-1.2a10 10 0 0 0-5.8 0l.2 1.2c.1.7-.2 1.3-.8 1.7l-1.7 1.1c-.7.5-1.7.4-2.3-.2Z" />);
export const GridIcon = icon(<><rect x="3.5" y="4" width="7.2" height="7" rx="1.8" /><rect x="13.3" y="4" width="7.2" height="7" rx="1.8" /><rect x="3.5" y="13.5" width="7.2" height="7" rx="1.8" /><rect x="13.3" y="13.5" width="7.2" height="7" rx="1.8" /></>);
export const SpeakerViewIcon = icon(<><rect x="3" y="4" width="18" height="10.5" rx="2.2" /><rect x="3" y="17" width="4.8" height="3.5" rx="1.2" /><rect x="9.6" y="17" width="4.8" height="3.5" rx="1.2" /><rect x="16.2" y="17" width="4.8" height="3.5" rx="1.2" /></>);
export const RecordIcon = icon(<><circle cx="12" cy="12" r="8.5" /><circle cx="12" cy="12" r="3.8" fill="currentColor" stroke="none" /></>);
export const StopIcon = icon(<><circle cx="12" cy="12" r="8.5" /><rect x="9" y="9" width="6" height="6" rx="1" fill="currentColor" stroke="none" /></>);
export const MoreIcon = icon(<><circle cx="5.5" cy="12" r="1.3" fill="currentColor" /><circle cx="12" cy="12" r="1.3" fill="currentColor" /><circle cx="18.5" cy="12" r="1.3" fill="currentColor" /></>);
export const CloseIcon = icon(<path d="M6 6l12 12M18 6 6 18" />);
export const SendIcon = icon(<path d="M4.5 12 4 5.2c0-.8.7-1.3 1.4-1l14.4 6.9c.8.4.8 1.5 0 1.9L5.4 19.8c-.7.3-1.5-.2-1.4-1L4.5 12Zm0 0h7" />);
export const LockIcon = icon(<><rect x="5" y="10.5" width="14" height="9.5" rx="2.5" /><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5" /></>);
export const UnlockIcon = icon(<><rect x="5" y="10.5" width="14" height="9.5" rx="2.5" /><path d="M8 10.5V8a4 4 0 0 1 7.6-1.7" /></>);
export const ChevronIcon = icon(<path d="m7 10 5 5 5-5" />);
export const UpIcon = icon(<path d="m7 14.5 5-5 5 5" />);
export const LeftIcon = icon(<path d="m14.5 6-6 6 6 6" />);
export const RightIcon = icon(<path d="m9.5 6 6 6-6 6" />);
export const SunIcon = icon(<><circle cx="12" cy="12" r="4" /><path d="M12 2.8v2M12 19.2v2M2.8 12h2M19.2 12h2M5.5 5.5l1.4 1.4M17.1 17.1l1.4 1.4M5.5 18.5l1.4-1.4M17.1 6.9l1.4-1.4" /></>);
export const MoonIcon = icon(<path d="M20 14.3A8.3 8.3 0 0 1 9.7 4 8.3 8.3 0 1 0 20 14.3Z" />);
export const SoundIcon = icon(<><path d="M4 9.5v5h3.5l4.5 4v-13l-4.5 4Z" /><path d="M15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11" /></>);
export const CopyIcon = icon(<><rect x="8.5" y="8.5" width="12" height="12" rx="2.5" /><path d="M15.5 8.5V6A2.5 2.5 0 0 0 13 3.5H6A2.5 2.5 0 0 0 3.5 6v7A2.5 2.5 0 0 0 6 15.5h2.5" /></>);
export const CheckIcon = icon(<path d="m5 12.5 4.5 4.5L19 7.5" />);
export const WarnIcon = icon(<><path d="M12 4 2.8 19.5h18.4Z" /><path d="M12 10v4.2M12 17v.1" /></>);
export const InfoIcon = icon(<><circle cx="12" cy="12" r="8.7" /><path d="M12 11.2v5M12 8v.1" /></>);
export const DownloadIcon = icon(<path d="M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4.5 19.5h15" />);
export const TrashIcon = icon(<path d="M4.5 7h15M10 4h4M6.5 7l.8 11a2 2 0 0 0 2 1.9h5.4a2 2 0 0 0 2-1.9l.8-11M10 11v5M14 11v5" />);
export const FilmIcon = icon(<><rect x="3" y="5" width="18" height="14" rx="2.5" /><path d="m10.3 9.3 4.7 2.7-4.7 2.7Z" /></>);
export const ServerIcon = icon(<><rect x="3.5" y="4" width="17" height="7" rx="2" /><rect x="3.5" y="13" width="17" height="7" rx="2" /><path d="M7.2 7.5h.1M7.2 16.5h.1" /></>);
export const LinkIcon = icon(<path d="M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1" />);
export const KeyIcon = icon(<><circle cx="8" cy="15.5" r="4" /><path d="m11 12.5 8.5-8.5M16 7.5l2.5 2.5" /></>);
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />);
export const KeyboardIcon = icon(<><rect x="2.5" y="6" width="19" height="12" rx="2.5" /><path d="M6.5 10h.1M10 10h.1M14 10h.1M17.5 10h.1M8 14h8" /></>);
export const PinIcon = icon(<path d="M9 4h6l-.7 6 3.2 3.5H6.5L9.7 10ZM12 13.5V20" />);
export const PauseIcon = icon(<path d="M9 6.5v11M15 6.5v11" />);
export const RemoveIcon = icon(<><circle cx="10" cy="8.2" r="3.3" /><path d="M3.8 19.5c.5-3.4 3-5.5 6.2-5.5 1.4 0 2.6.4 3.7 1.1M16 17.5h5" /></>);
export const GearIcon = icon(<><path d="M4 8h9M17 8h3M4 16h3M11 16h9" /><circle cx="15" cy="8" r="2.2" /><circle cx="9" cy="16" r="2.2" /></>);
export const AgainIcon = icon(<path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4L19.5 9M19.5 4.5V9H15" />);
