// The order matters: each of these also names those below it, for compatibility's sake.
const browsers: [RegExp, string][] = [[/Edg(?:e|A|iOS)?\/(\d+)/, "Edge"], [/OPR\/(\d+)/, "Opera"], [/(?:Firefox|FxiOS)\/(\d+)/, "Firefox"], [/(?:HeadlessChrome|Chrome|CriOS)\/(\d+)/, "Chrome"], [/Version\/(\d+)[\d.]* .*Safari/, "Safari"], [/^curl\/([\d.]+)/, "curl"], [/^wardround\/([\w.-]+)/, "wardround"]];
const systems: [RegExp, string][] = [[/iPhone/, "iPhone"], [/iPad/, "iPad"], [/Android/, "Android"], [/Windows/, "Windows"], [/CrOS/, "ChromeOS"], [/Mac OS X/, "macOS"], [/Linux/, "Linux"]];

/** What a User-Agent says in two words, "Firefox 151 · Windows"; itself when it says nothing known. For recognising one's own session, no more. */
export function device(agent: string): string {
  const browser = browsers.map(([pattern, name]) => [pattern.exec(agent)?.[1], name] as const).find(([version]) => version);
  const system = systems.find(([pattern]) => pattern.test(agent))?.[1];
  return [browser && `${browser[1]} ${browser[0]}`, system].filter(Boolean).join(" · ") || agent;
}
