import { ActionIcon, Button, Kbd } from "@mantine/core";
import { Link, Outlet, useLocation, useRouter } from "@tanstack/react-router";
import { useEffect, useRef, useState, type ReactElement } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { AccountDialog } from "../session/account-dialog.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { Mark } from "./mark.tsx";
import { useKeys } from "./use-keys.ts";
import "./shell.css";

/** The frame around every page. */
export function Shell(): ReactElement {
  const { identity, signOut } = useSignedIn();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [isAccountOpen, setAccountOpen] = useState(false);
  const router = useRouter();
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // Where there is no room for all pages, the one that is open is moved into sight.
  useEffect(() => {
    nav.current?.querySelector("[data-active]")?.scrollIntoView({ inline: "nearest", block: "nearest" });
  }, [pathname]);
  useKeys({
    "?": () => setHelpOpen(true),
    g: () => void router.navigate({ to: "/runs" }),
    i: () => void router.navigate({ to: "/inbox" }),
    e: () => void router.navigate({ to: "/events" }),
    s: () => void router.navigate({ to: "/schedules" }),
    w: () => void router.navigate({ to: "/workflows" }),
  });
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the page
      </a>
      <header className="bar">
        <Link to="/runs" className="bar-name" aria-label="Mainspring, all runs">
          <Mark size={22} />
          <span className="bar-word">Mainspring</span>
        </Link>
        <nav aria-label="Pages" className="bar-nav" ref={nav}>
          <Link to="/runs" activeProps={{ "data-active": "true" }}>
            Runs
          </Link>
          <Link to="/inbox" activeProps={{ "data-active": "true" }}>
            Inbox
          </Link>
          <Link to="/events" activeProps={{ "data-active": "true" }}>
            Events
          </Link>
          <Link to="/schedules" activeProps={{ "data-active": "true" }}>
            Schedules
          </Link>
          <Link to="/workflows" activeProps={{ "data-active": "true" }}>
            Workflows
          </Link>
          <Link to="/settings" activeProps={{ "data-active": "true" }}>
            Settings
          </Link>
        </nav>
        <button
          type="button"
          className="plain-button bar-who muted small"
          title={`${identity.tenant}, key “${identity.keyName}”`}
          onClick={() => setAccountOpen(true)}
        >
          <span className="visually-hidden">Signed in to </span>
          <span className="bar-tenant">{identity.tenant}</span>
          <span className="visually-hidden"> as </span>
          <span className="bar-role">{identity.role}</span>
        </button>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="Keyboard shortcuts"
          className="bar-help"
          onClick={() => setHelpOpen(true)}
        >
          ?
        </ActionIcon>
        <button type="button" className="plain-button bar-out small" onClick={signOut}>
          Sign out
        </button>
      </header>
      <Outlet />
      {isHelpOpen ? <Shortcuts onClose={() => setHelpOpen(false)} /> : null}
      {isAccountOpen ? <AccountDialog onClose={() => setAccountOpen(false)} /> : null}
    </>
  );
}

const shortcuts = [
  ["j", "next of the list"],
  ["k", "the one before"],
  ["Enter", "open what is marked"],
  ["Esc", "close details"],
  ["/", "search"],
  ["[ ]", "back and forth in a run's time"],
  ["+ − 0", "zoom a run's timeline, and show all of it"],
  ["← →", "move what is zoomed"],
  ["z", "zoom to the chosen step"],
  ["f", "fold the loops of a timeline"],
  ["g", "all runs"],
  ["i", "inbox"],
  ["e", "events"],
  ["s", "schedules"],
  ["w", "workflows"],
  ["?", "this list"],
] as const;

function Shortcuts({ onClose }: { onClose: () => void }): ReactElement {
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl className="shortcuts">
        {shortcuts.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <Kbd>{key}</Kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
      </div>
    </Dialog>
  );
}
