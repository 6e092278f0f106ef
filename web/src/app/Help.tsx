import { FormattedMessage } from "react-intl";
import { Dialog } from "../ui";
import { keyOf, linksFor } from "./Nav";
import { useSession } from "./session";

const everywhere = [["Ctrl K", "help.search"], ["/", "help.find"], ["?", "help.help"], ["Esc", "help.close"]] as const;
const lists = [["j k", "help.move"], ["Enter", "help.open"], ["x", "help.select"]] as const;
const finding = [["a", "help.decide"], ["e", "help.evidence"]] as const;

/** What the keyboard does. Every one of them has a place on the screen too. */
export function Help({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { permissions } = useSession();
  return (
    <Dialog title={<FormattedMessage id="help.title" />} open={open} onClose={onClose} wide>
      <div className="wr-help">
        <Keys title="help.everywhere" rows={everywhere} />
        <Keys title="help.lists" rows={lists} />
        <Keys title="help.finding" rows={finding} />
        <Keys title="help.go" rows={linksFor(permissions).filter(keyOf).map((page) => [`g ${keyOf(page)}`, `nav.${page.nav!.id}`] as const)} />
      </div>
    </Dialog>
  );
}

function Keys({ title, rows }: { title: string; rows: readonly (readonly [string, string])[] }) {
  return (
    <section>
      <h3><FormattedMessage id={title} /></h3>
      <dl>
        {rows.map(([keys, id]) => (
          <div key={keys}>
            <dt>{keys.split(" ").map((key) => <kbd key={key} className="wr-kbd">{key}</kbd>)}</dt>
            <dd><FormattedMessage id={id} /></dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
