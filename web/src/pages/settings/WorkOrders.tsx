import { FormattedMessage, useIntl } from "react-intl";
import { useTitle } from "../../app/title";
import { Field, Section, TextInput } from "../../ui";
import { Secret } from "./Secret";
import { SettingForm, useSetting } from "./setting";

interface Orders {
  link: string;
  webhook: { url?: string; secret?: string };
}

/** What a link can name, as the server fills it in. */
const fields = ["title", "asset", "asset_id", "role", "maker", "model", "serial", "udi", "mac", "ip", "ward", "zone", "severity", "priority", "due", "do", "note", "id", "finding", "case", "url", "site"];

/** A secret without an address signs nothing. */
const tidy = (orders: Orders): Orders => ({ ...orders, webhook: orders.webhook.url ? orders.webhook : {} });

/** How a finding becomes a work order of the house: a link that opens its form, a message to its system. */
export default function WorkOrders() {
  const intl = useIntl();
  useTitle(intl.formatMessage({ id: "settings.work-orders" }));
  const draft = useSetting<Orders>("work-orders", { link: "", webhook: {} }, tidy);
  return (
    <div className="wr-sections">
      <Section title={<FormattedMessage id="settings.work-orders" />} text={<FormattedMessage id="orders.text" />}>
        <SettingForm draft={draft}>
          {({ value, set }) => (
            <div className="wr-form">
              <Field label={<FormattedMessage id="orders.link" />} hint={<FormattedMessage id="orders.link.hint" values={{ fields: <code key="f">{fields.map((f) => `{${f}}`).join(" ")}</code> }} />}>
                <TextInput dir="ltr" value={value.link} onChange={(link) => set({ link })} maxLength={2000} spellCheck={false} />
              </Field>
              <Field label={<FormattedMessage id="orders.webhook" />} hint={<FormattedMessage id="orders.webhook.hint" />}>
                <TextInput type="url" dir="ltr" value={value.webhook.url ?? ""} onChange={(url) => set({ webhook: { ...value.webhook, url: url || undefined } })} maxLength={2000} />
              </Field>
              {value.webhook.url && (
                <Secret label="notices.secret" hint="notices.secret.hint" value={value.webhook.secret} onChange={(secret) => set({ webhook: { ...value.webhook, secret } })} />
              )}
            </div>
          )}
        </SettingForm>
      </Section>
    </div>
  );
}
