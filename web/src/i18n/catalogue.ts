// Messages live beside what they belong to: src/{ui,app}/messages and src/pages/NAME/messages, one flat file a language.
export const languages = ["en", "de", "fr"] as const;
export type Language = (typeof languages)[number];
export type Messages = Record<string, string>;

const files = import.meta.glob<Messages>(["../ui/messages/*.json", "../app/messages/*.json", "../pages/*/messages/*.json"], { import: "default" });

/** Every message of a language; what isn't translated is English. */
export async function load(language: Language): Promise<Messages> {
  const read = async (wanted: Language) => {
    const parts = Object.keys(files).filter((path) => path.endsWith(`/${wanted}.json`)).sort().map((path) => files[path]!());
    return Object.assign({}, ...(await Promise.all(parts))) as Messages;
  };
  if (language === "en") return read("en");
  const [english, own] = await Promise.all([read("en"), read(language)]);
  return { ...english, ...own };
}

/** The language to speak: what the account says, else what was chosen on this machine, else the browser's, else English. */
export function pick(...wishes: (string | null | undefined)[]): Language {
  for (const wish of wishes) {
    const found = languages.find((language) => wish?.toLowerCase().split("-")[0] === language);
    if (found) return found;
  }
  return "en";
}
