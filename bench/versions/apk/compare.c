/* Compares pairs of versions by apk-tools' own version.c; judge.sh compiles it
 * against a checkout. Each line "a<TAB>b" is answered with -1, 0, 1 or ? when apk
 * takes one of them for no version. */
#include <stdio.h>
#include <string.h>
#include "apk_defines.h"
#include "apk_blob.h"
#include "apk_version.h"

/* blob.c asks for it where it writes digests, which nothing here does. */
int apk_digest_alg_len(unsigned char alg) { (void)alg; return 0; }

int main(void)
{
	char line[4096], *tab;

	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = 0;
		if ((tab = strchr(line, '\t')) == NULL) continue;
		*tab++ = 0;
		apk_blob_t a = APK_BLOB_STR(line), b = APK_BLOB_STR(tab);
		if (!apk_version_validate(a) || !apk_version_validate(b)) {
			puts("?");
			continue;
		}
		int r = apk_version_compare(a, b);
		puts(r == APK_VERSION_LESS ? "-1" : r == APK_VERSION_GREATER ? "1" : "0");
	}
	return 0;
}
