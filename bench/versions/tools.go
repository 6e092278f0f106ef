package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// tool is an ecosystem's own comparison, asked for many pairs in one process. It
// reads "a<TAB>b" lines and answers each with -1, 0, 1 or ? when it refuses.
type tool struct {
	ecosystem string // as OSV spells it
	fixtures  string // prefix of the fixture files
	words     []string
	needs     string // the program without which it cannot be asked
	debian    string // the Debian package that has it
	optional  bool   // no package has it
	ask       func(ctx context.Context, dir, in string) ([]byte, error)
	version   []string
	explain   func(pair) (p pair, why string) // the pair as the tool reads it where it is known to differ from us
	except    *regexp.Regexp                  // versions of which the tool's documentation says what the tool does not do
}

var tools = []tool{
	{
		ecosystem: "Debian", fixtures: "debian", needs: "perl", debian: "libdpkg-perl",
		words:   []string{"~rc1", "+dfsg", "-1", "~", "+b1", "a", ":1", "1:", "~bpo12+1", "-0ubuntu1", "+deb12u1", "z", "~~"},
		ask:     script("perl", "-MDpkg::Version", "-e", perlDpkg),
		version: []string{"perl", "-MDpkg", "-e", `print "Dpkg::Version of dpkg $Dpkg::PROGVERSION"`},
	},
	{
		ecosystem: "Red Hat", fixtures: "redhat", needs: "rpm", debian: "rpm",
		words:   []string{"~rc1", "^git1", "-1", ".el8", "_2", "a", "1:", "~", "^", "+", ".fc39", "-1.el9_2"},
		ask:     rpm,
		version: []string{"rpm", "--version"},
	},
	{
		// apk is in no Debian release before 13; judge.sh compiles its comparison
		// from a checkout of apk-tools and names the program here.
		ecosystem: "Alpine", fixtures: "alpine", needs: apkProgram(), optional: true, debian: "build it: judge.sh",
		words:   []string{"_rc1", "_p2", "-r1", "_alpha", "a", "_git20200101", ".0", "~abc123", "b", "_pre2_p1", "-r0"},
		ask:     func(ctx context.Context, _, in string) ([]byte, error) { return output(ctx, in, apkProgram()) },
		version: []string{"sh", "-c", "echo apk-tools 3"},
	},
	{
		ecosystem: "npm", fixtures: "semver", needs: "node", debian: "nodejs",
		words:   []string{"-rc.1", "+build", "-alpha", "-0", ".0", "-a.b", "-1", "-beta.11", "-x-y", "+1.2", "-00a"},
		ask:     node,
		version: []string{"sh", "-c", `echo "node-semver $(node -p "require('$(npm root -g)/npm/node_modules/semver/package.json').version")"`},
	},
	{
		ecosystem: "PyPI", fixtures: "pypi", needs: "python3", debian: "python3-packaging",
		words:   []string{"rc1", ".dev1", ".post1", "a1", "b2", "+local", "1!", "-1", "c1", ".pre", "-alpha.1", "+1.a", "rev3", "preview"},
		ask:     script("python3", "-c", pythonPackaging),
		version: []string{"python3", "-c", "import packaging; print('packaging', packaging.__version__)"},
	},
	{
		ecosystem: "RubyGems", fixtures: "rubygems", needs: "ruby", debian: "ruby",
		words:   []string{".rc1", ".pre", "a", ".beta.2", "-1", ".a0", "b1", ".0.0", ".alpha.0", ".x"},
		ask:     script("ruby", "-e", rubyGems),
		version: []string{"ruby", "-e", `puts "RubyGems #{Gem::VERSION}"`},
	},
	{
		ecosystem: "Maven", fixtures: "maven", needs: "java", debian: "libmaven3-core-java",
		words:   []string{"-SNAPSHOT", "-rc1", ".Final", "-alpha-1", "a1", "-beta2", ".GA", "-m1", "-sp", "-1", ".RELEASE", "-jre", "x", "-cr2", "-ga", ".sp1", "-ALPHA"},
		ask:     maven,
		version: []string{"sh", "-c", `basename "${MAVEN_ARTIFACT:-$(dpkg-query -W -f 'maven-artifact ${Version}' libmaven3-core-java)}"`},
		explain: sinceMaven387,
		except:  regexp.MustCompile(`(?i)[-.](ga|final|release)[-.]?\d`),
	},
	{
		ecosystem: "Packagist", fixtures: "packagist", needs: "php", debian: "php-cli",
		words:   []string{"-dev", "RC1", "-beta2", "-alpha", "pl1", "-p1", "#", "a", "b", "_1", "+x", "rc", "-patch"},
		ask:     script("php", "-r", phpCompare),
		version: []string{"php", "-r", `echo "version_compare of PHP ".PHP_VERSION;`},
	},
}

// apkProgram compares pairs by apk-tools' own version.c.
func apkProgram() string {
	if p := os.Getenv("APK_COMPARE"); p != "" {
		return p
	}
	return "apk-compare"
}

// script asks a program that reads the pairs from standard input.
func script(args ...string) func(context.Context, string, string) ([]byte, error) {
	return func(ctx context.Context, _, in string) ([]byte, error) {
		return output(ctx, in, args...)
	}
}

func output(ctx context.Context, in string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdin = strings.NewReader(in)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %.500s", args[0], err, stderr.String())
	}
	return out, nil
}

const perlDpkg = `
while (<STDIN>) { chomp; my ($a, $b) = split /\t/;
  my ($x, $e) = version_check($a); my ($y, $f) = version_check($b);
  # dpkg itself refuses a version that ends after its epoch; the library reads it as none.
  print(($x && $y && "$a $b" !~ /:( |$)/) ? version_compare($a, $b) : "?", "\n"); }`

const pythonPackaging = `
import sys
from packaging.version import Version, InvalidVersion
for line in sys.stdin:
    a, b = line.rstrip("\n").split("\t")
    try:
        x, y = Version(a), Version(b)
        print((x > y) - (x < y))
    except InvalidVersion:
        print("?")`

const rubyGems = `
STDIN.each_line do |l|
  a, b = l.chomp.split("\t")
  begin
    puts(Gem::Version.new(a) <=> Gem::Version.new(b))
  rescue ArgumentError
    puts "?"
  end
end`

// Composer takes a leading v away before it asks PHP.
const phpCompare = `
while (($l = fgets(STDIN)) !== false) {
  [$a, $b] = explode("\t", rtrim($l, "\n"));
  // Composer never asks PHP for what it does not take as a version itself.
  $ok = '/^v?\d{1,18}(\.\d{1,18})*([-_.+]?(dev|alpha|beta|a|b|rc|patch|pl|p|stable)([-.]?\d{1,18})*)*([-_.]\d{1,18})*$/i';
  if (!preg_match($ok, $a) || !preg_match($ok, $b)) { echo "?\n"; continue; }
  echo version_compare(preg_replace('/^v/i', '', $a), preg_replace('/^v/i', '', $b)), "\n";
}`

func rpm(ctx context.Context, dir, in string) ([]byte, error) {
	// RPM's macro language keeps what is printed, so the answers go into a file.
	file, answers := filepath.Join(dir, "rpm.pairs"), filepath.Join(dir, "rpm.answers")
	if err := os.WriteFile(file, []byte(in), 0o600); err != nil {
		return nil, err
	}
	if _, err := output(ctx, "", "rpm", "--eval", `%{lua: local out = io.open("`+answers+`", "w")
for l in io.lines("`+file+`") do local a, b = l:match("^([^\t]*)\t(.*)$")
local ok, n = pcall(rpm.vercmp, a, b); out:write(ok and n or "?", "\n") end out:close()}`); err != nil {
		return nil, err
	}
	return os.ReadFile(answers)
}

func node(ctx context.Context, _, in string) ([]byte, error) {
	root, err := output(ctx, "", "npm", "root", "-g")
	if err != nil {
		return nil, err
	}
	return output(ctx, in, "node", "-e", `
const s = require("`+strings.TrimSpace(string(root))+`/npm/node_modules/semver");
for (const l of require("fs").readFileSync(0, "utf8").split("\n")) {
  if (!l) continue;
  const [a, b] = l.split("\t");
  // It reads 1.0.00 as 1.0.0 with a pre-release 0, and 1.0.34.5 as 1.0.3 with 4.5, in
  // versions that npm does not publish.
  const odd = /^[vV=]*\d+\.\d+\.(0\d|\d+\.\d)/;
  if (odd.test(a) || odd.test(b)) { console.log("?"); continue; }
  try { console.log(s.compare(a, b, true)); } catch (e) { console.log("?"); }
}`)
}

// maven compiles a few lines against the jar of Maven itself.
func maven(ctx context.Context, dir, in string) ([]byte, error) {
	jar, err := mavenJar()
	if err != nil {
		return nil, err
	}
	source := filepath.Join(dir, "Judge.java")
	if err := os.WriteFile(source, []byte(`
import java.io.*;
import org.apache.maven.artifact.versioning.ComparableVersion;
public class Judge {
  public static void main(String[] args) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    StringBuilder out = new StringBuilder();
    for (String l; (l = in.readLine()) != null;) {
      String[] p = l.split("\t", -1);
      try { out.append(Integer.signum(new ComparableVersion(p[0]).compareTo(new ComparableVersion(p[1])))); }
      catch (RuntimeException e) { out.append('?'); }
      out.append('\n');
    }
    System.out.print(out);
  }
}`), 0o600); err != nil {
		return nil, err
	}
	return output(ctx, in, "java", "-cp", jar, source)
}

// mavenJar finds the library; MAVEN_ARTIFACT names another version's.
func mavenJar() (string, error) {
	if jar := os.Getenv("MAVEN_ARTIFACT"); jar != "" {
		lang, _ := filepath.Glob("/usr/share/java/commons-lang3*.jar")
		return strings.Join(append([]string{jar}, lang...), ":"), nil
	}
	for _, pattern := range []string{"/usr/share/maven/lib/maven-artifact-3*.jar", "/usr/share/java/maven-artifact-3*.jar"} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			lang, _ := filepath.Glob("/usr/share/java/commons-lang3*.jar")
			return strings.Join(append(found[:1], lang...), ":"), nil
		}
	}
	return "", fmt.Errorf("no maven-artifact jar; install libmaven3-core-java")
}

// sinceMaven387 writes .qualifier as -qualifier where it stands before a digit or
// at the end: since 3.8.7 Maven takes both for the same (MNG-7559), while the POM
// reference, the fixtures and we do not.
//
// The reference also says that 1-ga-1 is 1-1. Maven never did; we do.
func sinceMaven387(p pair) (pair, string) {
	return pair{dashed(p.a), dashed(p.b)}, "Maven 3.8.7 and later: .X is -X (MNG-7559)"
}

func dashed(v string) string {
	b := []byte(v)
	for i := 1; i+1 < len(b); i++ {
		n := i + 1
		for n < len(b) && b[n] != '.' && b[n] != '-' && (b[n] < '0' || b[n] > '9') {
			n++
		}
		if b[i] == '.' && n > i+1 && (n == len(b) || b[n] != '.' && b[n] != '-') {
			b[i] = '-'
		}
	}
	return string(b)
}
