import { FormattedMessage, useIntl } from "react-intl";
import { useTitle } from "../../app/title";
import { Field, Section, TextInput } from "../../ui";
import { SettingForm, useSetting } from "./setting";

interface Orders {
  link: string;
  webhook: { url?: string; secret?: string };
}

const fields = ["title", "asset", "asset_id", "ward", "zone", "severity", "finding", "url"];

/** How a finding becomes a work order of the house: a link that opens its form, a message to its system. */
export default function WorkOrders() {
  const intl = useIntl();
  useTitle(intl.formatMessage({ id: "settings.work-orders" }));
  const draft = useSetting<Orders>("work-orders", { link: "", webhook: {} });
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
                <Field label={<FormattedMessage id="notices.secret" />} hint={<FormattedMessage id="notices.secret.hint" />}>
                  <TextInput type="password" value={value.webhook.secret ?? ""} onChange={(secret) => set({ webhook: { ...value.webhook, secret: secret || undefined } })} autoComplete="new-password" />
                </Field>
              )}
            </div>
          )}
        </SettingForm>
      </Section>
    </div>
  );
}
