#include <stdio.h>
#include <stdlib.h>

#define LICENSING_HEADER
#include "licensing.c"

int main(int count, char **words) {
    License *license = license_open(NULL);
    LicenseVerdict verdict = count > 1 ? license_activate(license, words[1]) : license_check(license);
    if (!verdict.allowed) {
        fprintf(stderr, "%s %s\n", verdict.why, verdict.help);
        return 1;
    }
    char *tier = license_feature_text(license, "tier");
    printf("Welcome to the edition %s\n", tier ? tier : "basic");
    free(tier);
    license_close(license);
    return 0;
}
