/*
 * Asks your Latchkey server whether this installation may run, believes signed answers only, and remembers the last
 * good one for the days without a network. C99 or C++11 with libcurl, and OpenSSL 1.1.1 or later.
 *
 * Add this file to your program: cc app.c licensing.c -lcurl -lcrypto
 * A file that calls it sees the declarations alone:
 *
 *     #define LICENSING_HEADER
 *     #include "licensing.c"
 *
 *     License *license = license_open(NULL);
 *     LicenseVerdict verdict = license_activate(license, key_from_the_customer);  // once
 *     LicenseVerdict verdict = license_check(license);                            // at each start, and daily
 *     if (!verdict.allowed) puts(verdict.why), puts(verdict.help);
 *
 * Nothing here ends the program: "result" is what the server says, "allowed" is what follows from it, a licence that is
 * good, or was good lately while nobody can tell. Texts are UTF-8, times are Unix seconds.
 */
#ifndef LICENSING_C
#define LICENSING_C

#ifdef __cplusplus
extern "C" {
#endif

/* The licence of this installation. Many threads may use it. */
typedef struct License License;

typedef enum { LICENSE_GOOD, LICENSE_REFUSED, LICENSE_CANNOT_TELL } LicenseResult;

/* What is known of the licence. */
typedef struct {
    LicenseResult result;  /* What the server says. */
    int allowed;           /* Whether the program may run. */
    char why[1024];        /* A sentence for the customer; one that is too long ends in "...". */
    const char *help;      /* What they can do; empty if there is nothing. */
    int code;              /* Code of the answer; 0 if there was no genuine one. */
    long long until;       /* Until when the program may run if the server stays silent; 0 for not at all. */
    long long retry_after; /* How many seconds the server asked to wait. */
} LicenseVerdict;

/* A published release; one free() for all of it. url is where to download it, good for some minutes. */
typedef struct {
    long long numeric_version;
    const char *version, *summary, *changelog, *date, *url;
} LicenseRelease;

/* Fill this with zeros, then set what differs from the usual. Everything is copied. */
typedef struct {
    const char *api_key, *server;
    const char *folder;  /* Where to keep the licence; otherwise the user's folder for the data of programs. */
    const char *device;  /* Names this device; otherwise the variable LICENSE_DEVICE, otherwise a random name, kept. */
    int bind_to_machine; /* Whether to take the machine's id, hashed with the product, instead of a random name. */
    /* For tests: the time, the machine's id, how long a request may take, and how long pauses are. */
    long long now;
    const char *machine;
    long deadline_ms, pause_ms;
} LicenseOptions;

/* Opens the licence, asks nothing; options may be NULL. Open it before other threads start, or libcurl may race. NULL
   without memory or libcurl; the other functions take that for "cannot tell". */
License *license_open(const LicenseOptions *options);
void license_close(License *license);

/* Takes a seat for this device. Call it when the customer enters a key. */
LicenseVerdict license_activate(License *license, const char *license_key);
/* Whether the program may run. It asks the server once a day; license_check_now() asks at once. */
LicenseVerdict license_check(License *license);
LicenseVerdict license_check_now(License *license);
/* Frees the seat of this device, and forgets the licence. */
LicenseVerdict license_deactivate(License *license);

/* A feature of the licence; "otherwise" if it has none of that name and kind, or the program may not run. */
int license_feature_bool(License *license, const char *name, int otherwise);
double license_feature_number(License *license, const char *name, double otherwise);
/* The same for a text; NULL if there is none. Free it. */
char *license_feature_text(License *license, const char *name);

/* The newest published release; NULL if there is none, or nobody can tell. Free it. */
LicenseRelease *license_update(License *license);

/* Tells the vendor a number or a text, for the user or, if that is NULL, the device; whether it arrived. */
int license_report_number(License *license, const char *group, double value, const char *version, const char *user);
int license_report_text(License *license, const char *group, const char *value, const char *version, const char *user);

/* Fetches a file that holds for a day and this many more, and keeps it. Returns its text, or NULL. Free it. */
char *license_offline_file(License *license, int grace_days);
/* Takes a file that was fetched elsewhere for this device, which may never be online. */
LicenseVerdict license_use_offline_file(License *license, const char *text);
/* The name of this device, as the server knows it. Show it to customers whose machine is never online. Free it. */
char *license_device_name(License *license);

#ifdef __cplusplus
}
#endif
#endif

#ifndef LICENSING_HEADER

/* What the system has beyond the language; before the first header. */
#if defined(__APPLE__) && !defined(_DARWIN_C_SOURCE)
#define _DARWIN_C_SOURCE
#elif defined(_WIN32) && !defined(_CRT_SECURE_NO_WARNINGS)
#define _CRT_SECURE_NO_WARNINGS
#elif !defined(_WIN32) && !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE
#endif

#include <curl/curl.h>
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef _WIN32
#include <io.h>
#include <windows.h>
#else
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

/* Filled in when this file was printed: the server, the product's uuid, and its name for messages. */
#define SERVER "@server@"
#define PRODUCT "@product@"
#define PRODUCT_NAME "@product-name@"
/* An API key with the preset "client". Anybody can read it here, so never another one. */
#define API_KEY "@api-key@"

/* How many days the program may go on after the last good answer. */
enum { GRACE_DAYS = 7 };

/* The public keys that may sign, DER in base64. Later ones are trusted if one of these has certified them. */
static const char *const PUBLIC_KEYS[] = {"@public-keys@"};

enum { PRINTED_KEYS = sizeof PUBLIC_KEYS / sizeof *PUBLIC_KEYS, LISTED_KEYS_MAX = 100 };
enum { DAY = 86400, CLOCK_ERROR = 300, ANSWER_BYTES_MAX = 1000000, FILE_BYTES_MAX = 4000000 };
/* The description of a key on P-256 has 91 bytes, of RSA at least 294. No call holds the lock as long as one waits. */
enum { P256_BYTES = 91, NESTING_MAX = 32, LOCK_WAIT_MS = 40000 };

/* What is said more than once. */
#define LATER "Check the internet connection; the program asks again later."
#define NEW_FILE "Ask for a new one."
#define WRITABLE "Make the data folder of the program writable."
#define VENDOR "Contact the vendor."

/* What each refusal means, and what helps the customer. All other codes say nothing about the licence. */
static const struct {
    int code;
    const char *why, *help;
} REFUSALS[] = {
    {201, "This licence key has not been sold.", "Ask the shop where you bought it."},
    {202, "The licence is not active on this device.", "Activate it again."},
    {203, PRODUCT_NAME " is not available at present.", VENDOR},
    {204, "This licence is blocked.", VENDOR},
    {205, "This licence has ended.", "Renew it."},
    {210, "There is no such licence key for " PRODUCT_NAME ".", "Check the key for typing errors."},
    {215, "The request named no device.", "Report this to the vendor: it is a fault of the program."},
    {302, "All seats of this licence are taken.", "Deactivate another device, or buy a further seat."},
    {401, "The licence was not active on this device.", "There is nothing to do."},
};

/* Memory: all that a call needs is freed together at its end */

typedef struct Block {
    struct Block *next;
} Block;

/* Where memory runs out, texts are NULL and is_exhausted is set: what comes of it is not believed, and not kept. */
typedef struct {
    Block *blocks;
    bool is_exhausted;
} Arena;

static void *allocate(Arena *arena, size_t size) {
    Block *block = (Block *)malloc(sizeof(Block) + size);
    if (block == NULL) {
        arena->is_exhausted = true;
        return NULL;
    }
    block->next = arena->blocks;
    arena->blocks = block;
    return block + 1;
}

static void free_all(Arena *arena) {
    while (arena->blocks != NULL) {
        Block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}

/* A text that grows; NULL until something was added, and once memory has run out. */
typedef struct {
    Arena *arena;
    char *text;
    size_t length, room;
} Buffer;

static Buffer buffer(Arena *arena) {
    Buffer made;
    memset(&made, 0, sizeof made);
    made.arena = arena;
    return made;
}

static bool add_bytes(Buffer *to, const char *bytes, size_t length) {
    if (to->text == NULL || to->room - to->length <= length) {
        size_t room = (to->length + length + 64) * 2;
        char *text = to->arena->is_exhausted ? NULL : (char *)allocate(to->arena, room);
        if (text != NULL && to->length > 0) memcpy(text, to->text, to->length);
        to->text = text;
        to->room = room;
        if (text == NULL) return false;
    }
    memcpy(to->text + to->length, bytes, length);
    to->length += length;
    to->text[to->length] = '\0';
    return true;
}

static void add(Buffer *to, const char *text) {
    if (text != NULL) add_bytes(to, text, strlen(text));
}

static char *copy_bytes(Arena *arena, const char *bytes, size_t length) {
    Buffer made = buffer(arena);
    add_bytes(&made, bytes, length);
    return made.text;
}

static const char *or_else(const char *text, const char *otherwise) {
    return text != NULL && *text != '\0' ? text : otherwise;
}

/* A text as printf would write it; NULL for "%s" is not allowed. */
static char *format(Arena *arena, const char *pattern, ...) {
    va_list values;
    va_start(values, pattern);
    int length = vsnprintf(NULL, 0, pattern, values);
    va_end(values);
    char *made = length < 0 ? NULL : (char *)allocate(arena, (size_t)length + 1);
    va_start(values, pattern);
    if (made != NULL) vsnprintf(made, (size_t)length + 1, pattern, values);
    va_end(values);
    return made;
}

/* No text is like none. */
static bool is_same(const char *a, const char *b) {
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static long long least(long long a, long long b) { return a < b ? a : b; }

static long long most(long long a, long long b) { return a > b ? a : b; }

/* Text in UTF-8 */

/* The next character, U+FFFD for what is none, and moves on; 0 at the end. */
static uint32_t next_character(const char **text) {
    const unsigned char *at = (const unsigned char *)*text;
    uint32_t first = at[0], found = first;
    int more = first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
    if (first == 0) return 0;
    if (more > 0) found = first & (0x3fu >> more);
    for (int n = 1; n <= more; n++) {
        if ((at[n] & 0xc0) != 0x80) more = -1;
        else found = found << 6 | (at[n] & 0x3fu);
    }
    bool is_long = (more == 2 && found < 0x800) || (more == 3 && found < 0x10000);
    if (more < 0 || is_long || found > 0x10ffff || (found >= 0xd800 && found <= 0xdfff)) {
        *text += 1;
        return 0xfffd;
    }
    *text += more + 1;
    return found;
}

static void add_character(Buffer *to, uint32_t character) {
    char bytes[4];
    size_t length = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t n = length - 1; n > 0; n--, character >>= 6) bytes[n] = (char)(0x80 | (character & 0x3f));
    bytes[0] = (char)(length == 1 ? character : (0xf00u >> length & 0xff) | character);
    add_bytes(to, bytes, length);
}

/* The text with U+FFFD for what is no character, as the server would read it. */
static char *scrubbed(Arena *arena, const char *text) {
    Buffer made = buffer(arena);
    add(&made, "");
    for (uint32_t each; (each = next_character(&text)) != 0;) add_character(&made, each);
    return made.text;
}

static bool is_space(uint32_t c) {
    return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
           c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

/* A key as it was meant: without spaces around it or marks that nobody sees, and with plain hyphens. */
static char *tidy(Arena *arena, const char *key) {
    Buffer made = buffer(arena);
    bool is_apart = false;
    add(&made, "");
    for (uint32_t c; (c = next_character(&key)) != 0;) {
        if (c == 0xad || (c >= 0x200b && c <= 0x200f) || c == 0x2060 || c == 0xfeff) continue;
        if (is_space(c)) {
            is_apart = made.length > 0;
            continue;
        }
        if (is_apart) add(&made, " ");
        is_apart = false;
        bool is_hyphen = (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xfe58 || c == 0xfe63 || c == 0xff0d;
        add_character(&made, is_hyphen ? '-' : c);
    }
    return made.text;
}

/* A key without what the server overlooks: the case of letters, and marks between them. */
static char *plain(Arena *arena, const char *key) {
    Buffer made = buffer(arena);
    add(&made, "");
    for (uint32_t c; (c = next_character(&key)) != 0;) {
        bool is_mark = c < 0x80 ? !((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
                                : c < 0xaa || c == 0xd7 || c == 0xf7 || (c >= 0x2000 && c <= 0x206f) || c == 0x2212 ||
                                      (c >= 0x3000 && c <= 0x3003) || (c >= 0xfe30 && c <= 0xfe6f) || c == 0xff0d;
        /* Latin, Greek and Cyrillic have their small letters 32 or 80 places behind the capitals. */
        bool is_small = (c >= 'a' && c <= 'z') || (c >= 0xe0 && c <= 0xfe) || (c >= 0x430 && c <= 0x44f) ||
                        (c >= 0x3b1 && c <= 0x3c9 && c != 0x3c2);
        if (!is_mark) add_character(&made, is_small ? c - 32 : c >= 0x450 && c <= 0x45f ? c - 80 : c);
    }
    return made.text;
}

/* JSON: a value is a piece of a text that was found to be sound */

typedef struct {
    const char *at, *end;
} Json;

static const char *skip_space(const char *at) {
    return at + strspn(at, " \t\r\n");
}

/* What follows a string; NULL if it is none. */
static const char *skip_string(const char *at) {
    if (*at++ != '"') return NULL;
    for (; *at != '"'; at++) {
        if ((unsigned char)*at < 0x20) return NULL;
        if (*at != '\\') continue;
        at++;
        if (*at == 'u' && strspn(at + 1, "0123456789abcdefABCDEF") < 4) return NULL;
        if (*at == '\0' || strchr("\"\\/bfnrtu", *at) == NULL) return NULL;
    }
    return at + 1;
}

static const char *skip_number(const char *at) {
    const char *digits = "0123456789";
    at += *at == '-';
    size_t whole = strspn(at, digits);
    if (whole == 0 || (*at == '0' && whole > 1)) return NULL;
    at += whole;
    if (*at == '.') {
        size_t part = strspn(++at, digits);
        if (part == 0) return NULL;
        at += part;
    }
    if (*at == 'e' || *at == 'E') {
        at++;
        at += *at == '+' || *at == '-';
        size_t power = strspn(at, digits);
        if (power == 0) return NULL;
        at += power;
    }
    return at;
}

/* What follows a value; NULL if it is none. */
static const char *skip_value(const char *at, int depth) {
    static const char *const words[] = {"true", "false", "null"};
    for (int n = 0; n < 3; n++) {
        if (strncmp(at, words[n], strlen(words[n])) == 0) return at + strlen(words[n]);
    }
    if (*at == '"') return skip_string(at);
    if (*at != '{' && *at != '[') return skip_number(at);
    char close = *at == '{' ? '}' : ']';
    at = skip_space(at + 1);
    if (depth == NESTING_MAX) return NULL;
    if (*at == close) return at + 1;
    for (;;) {
        if (close == '}') {
            at = skip_string(at);
            if (at == NULL || *(at = skip_space(at)) != ':') return NULL;
            at = skip_space(at + 1);
        }
        at = skip_value(at, depth + 1);
        if (at == NULL) return NULL;
        at = skip_space(at);
        if (*at == close) return at + 1;
        if (*at != ',') return NULL;
        at = skip_space(at + 1);
    }
}

/* The value of a whole text; nothing if it is not sound. */
static Json json_of(const char *text) {
    Json found = {NULL, NULL};
    if (text == NULL) return found;
    const char *at = skip_space(text), *end = skip_value(at, 0);
    if (end == NULL || *skip_space(end) != '\0') return found;
    found.at = at;
    found.end = end;
    return found;
}

/* The text of a string; NULL if it is none, or has a NUL. */
static char *json_text(Arena *arena, Json value) {
    if (value.at == NULL || *value.at != '"') return NULL;
    Buffer made = buffer(arena);
    add(&made, "");
    for (const char *at = value.at + 1; at < value.end - 1;) {
        size_t length = strcspn(at, "\\\"");
        add_bytes(&made, at, length);
        at += length;
        if (*at != '\\') break;
        static const char escapes[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
        uint32_t character = 0;
        if (at[1] != 'u') {
            for (const char *pair = escapes; *pair != '\0'; pair += 2) {
                if (*pair == at[1]) character = (unsigned char)pair[1];
            }
            at += 2;
        } else {
            char digits[5] = {at[2], at[3], at[4], at[5], '\0'};
            character = (uint32_t)strtoul(digits, NULL, 16);
            at += 6;
            if (character >= 0xd800 && character <= 0xdbff && at[0] == '\\' && at[1] == 'u') {
                memcpy(digits, at + 2, 4);
                uint32_t low = (uint32_t)strtoul(digits, NULL, 16);
                if (low >= 0xdc00 && low <= 0xdfff) {
                    character = 0x10000 + ((character - 0xd800) << 10) + (low - 0xdc00);
                    at += 6;
                }
            }
            if (character >= 0xd800 && character <= 0xdfff) character = 0xfffd;
        }
        if (character == 0) return NULL;
        add_character(&made, character);
    }
    return made.text;
}

/* Takes the next value out of a list or an object, in turn; "rest" begins as the whole of it. */
static bool json_next(Json *rest, Json *found) {
    if (rest->at == NULL) return false;
    const char *at = skip_space(rest->at + 1);
    if (at >= rest->end - 1) return false;
    found->at = at;
    found->end = skip_value(at, 0);
    /* The comma or colon before the next one, or the end. */
    rest->at = skip_space(found->end);
    return true;
}

/* A member of an object, the last of that name; nothing if there is none. */
static Json json_member(Arena *arena, Json object, const char *name) {
    Json found = {NULL, NULL}, rest = object, key, value;
    if (object.at == NULL || *object.at != '{') return found;
    while (json_next(&rest, &key) && json_next(&rest, &value)) {
        /* Freed at once: a stranger's object may have many names. */
        Arena scratch = {NULL, false};
        if (is_same(json_text(&scratch, key), name)) found = value;
        arena->is_exhausted |= scratch.is_exhausted;
        free_all(&scratch);
    }
    return found;
}

static char *member_text(Arena *arena, Json object, const char *name) {
    return json_text(arena, json_member(arena, object, name));
}

/* Whether it is a whole number of at most 18 digits. */
static bool json_integer(Json value, long long *number) {
    if (value.at == NULL) return false;
    size_t sign = *value.at == '-', digits = strspn(value.at + sign, "0123456789");
    if (digits == 0 || digits > 18 || value.at + sign + digits != value.end) return false;
    *number = strtoll(value.at, NULL, 10);
    return true;
}

static long long member_integer(Arena *arena, Json object, const char *name) {
    long long number = 0;
    return json_integer(json_member(arena, object, name), &number) ? number : 0;
}

static void add_json_text(Buffer *to, const char *text) {
    add(to, "\"");
    for (; *text != '\0'; text++) {
        char escape[8];
        if (*text == '"' || *text == '\\') snprintf(escape, sizeof escape, "\\%c", *text);
        else if ((unsigned char)*text < 0x20) snprintf(escape, sizeof escape, "\\u%04x", (unsigned)*text);
        else snprintf(escape, sizeof escape, "%c", *text);
        add(to, escape);
    }
    add(to, "\"");
}

/* Keys and signatures */

static int base64_digit(char c) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = c == '\0' ? NULL : strchr(digits, c);
    return found == NULL ? -1 : (int)(found - digits);
}

/* The bytes behind base64, with a NUL behind them; NULL if it is none. */
static unsigned char *bytes_of(Arena *arena, const char *text, size_t *length) {
    size_t count = text == NULL ? 0 : strlen(text), padding = 0;
    *length = 0;
    if (count == 0 || count % 4 != 0) return NULL;
    while (padding < 2 && text[count - 1 - padding] == '=') padding++;
    unsigned char *bytes = (unsigned char *)allocate(arena, count / 4 * 3 + 1);
    if (bytes == NULL) return NULL;
    uint32_t bits = 0;
    for (size_t n = 0; n < count; n++) {
        int digit = n < count - padding ? base64_digit(text[n]) : 0;
        if (digit < 0) return NULL;
        bits = bits << 6 | (uint32_t)digit;
        if (n % 4 < 3) continue;
        for (int shift = 16; shift >= 0; shift -= 8) bytes[(*length)++] = (unsigned char)(bits >> shift);
        bits = 0;
    }
    *length -= padding;
    bytes[*length] = '\0';
    return bytes;
}

static char *hex(Arena *arena, const unsigned char *bytes, size_t length) {
    char *text = (char *)allocate(arena, 2 * length + 1);
    for (size_t n = 0; text != NULL && n < length; n++) snprintf(text + 2 * n, 3, "%02x", bytes[n]);
    return text;
}

static char *hash_bytes(Arena *arena, const void *bytes, size_t length) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    return EVP_Digest(bytes, length, digest, &size, EVP_sha256(), NULL) == 1 ? hex(arena, digest, size) : NULL;
}

static char *hash(Arena *arena, const char *text) {
    return text == NULL ? NULL : hash_bytes(arena, text, strlen(text));
}

/* NULL where the system has no randomness: then nothing is asked. */
static char *random_hex(Arena *arena) {
    unsigned char bytes[16];
    return RAND_bytes(bytes, sizeof bytes) == 1 ? hex(arena, bytes, sizeof bytes) : NULL;
}

/* A number below the limit, at random. */
static long long random_below(long long limit) {
    uint32_t number = 0;
    if (RAND_bytes((unsigned char *)&number, sizeof number) != 1) number = (uint32_t)clock();
    return (long long)number % limit;
}

/* A signature on P-256 is r and s, 32 bytes each; OpenSSL wants them as DER. Returns its length, 0 for none. */
static int der_of(const unsigned char *numbers, unsigned char **der) {
    int length = 0;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(numbers, 32, NULL), *s = BN_bin2bn(numbers + 32, 32, NULL);
    if (pair != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s) == 1) {
        r = s = NULL;
        length = i2d_ECDSA_SIG(pair, der);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(pair);
    return length > 0 ? length : 0;
}

/* Whether this key, RSA or P-256, has signed the text. */
static bool is_signed_by(Arena *arena, const char *text, const char *signature, const char *key) {
    size_t key_length, given_length;
    const unsigned char *key_bytes = bytes_of(arena, key, &key_length);
    unsigned char *given = bytes_of(arena, signature, &given_length), *der = NULL;
    if (text == NULL || key_bytes == NULL || given == NULL) return false;
    /* What fails here is no failure of the program: its own queue of errors stays as it was. */
    ERR_set_mark();
    EVP_PKEY *public_key = d2i_PUBKEY(NULL, &key_bytes, (long)key_length);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int kind = public_key == NULL ? EVP_PKEY_NONE : EVP_PKEY_base_id(public_key);
    bool is_sound = kind == EVP_PKEY_RSA;
    if (kind == EVP_PKEY_EC && key_length == P256_BYTES && given_length == 64) {
        given_length = (size_t)der_of(given, &der);
        is_sound = given_length > 0;
    }
    is_sound = is_sound && context != NULL &&
               EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, public_key) == 1 &&
               EVP_DigestVerify(context, der != NULL ? der : given, given_length, (const unsigned char *)text,
                                strlen(text)) == 1;
    OPENSSL_free(der);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(public_key);
    ERR_pop_to_mark();
    return is_sound;
}

/* Keys that may sign, as DER in base64. */
typedef struct {
    const char *keys[PRINTED_KEYS + LISTED_KEYS_MAX];
    size_t count;
} KeySet;

static bool has_key(const KeySet *set, const char *key) {
    for (size_t n = 0; n < set->count; n++) {
        if (is_same(set->keys[n], key)) return true;
    }
    return false;
}

static bool is_signed(Arena *arena, const char *text, const char *signature, const KeySet *set) {
    for (size_t n = 0; n < set->count; n++) {
        if (is_signed_by(arena, text, signature, set->keys[n])) return true;
    }
    return false;
}

typedef struct {
    const char *id, *key, *state, *certified_by, *certificate;
} ListedKey;

/* The base64 between the lines of a PEM. */
static char *base64_in(Arena *arena, const char *pem) {
    Buffer made = buffer(arena);
    while (pem != NULL && *pem != '\0') {
        const char *end;
        if (strncmp(pem, "-----", 5) == 0 && (end = strstr(pem + 5, "-----")) != NULL) pem = end + 5;
        else if (strchr(" \t\r\n", *pem) != NULL) pem++;
        else add_bytes(&made, pem++, 1);
    }
    return made.text;
}

static bool is_certified(Arena *arena, const ListedKey *key, const ListedKey *by) {
    size_t length;
    const unsigned char *der = bytes_of(arena, key->key, &length);
    if (der == NULL || key->id == NULL || !is_same(key->certified_by, by->id)) return false;
    const char *kind = length == P256_BYTES ? "companion" : "key";
    const char *digest = or_else(hash_bytes(arena, der, length), "");
    const char *text = format(arena, "latchkey %s certificate\n%s\n%s\n%s", kind, by->id, key->id, digest);
    return is_signed_by(arena, text, key->certificate, by->key);
}

/* The keys that may sign: the printed ones, and those that certificates lead to; without retired ones. */
static KeySet reach(Arena *arena, Json list) {
    ListedKey listed[LISTED_KEYS_MAX];
    size_t count = 0;
    KeySet reached, kept;
    memset(&reached, 0, sizeof reached);
    memset(&kept, 0, sizeof kept);
    for (size_t n = 0; n < PRINTED_KEYS; n++) reached.keys[reached.count++] = PUBLIC_KEYS[n];
    Json row;
    if (list.at != NULL && *list.at != '[') list.at = NULL;
    while (count < LISTED_KEYS_MAX && json_next(&list, &row)) {
        ListedKey *key = &listed[count++];
        key->id = member_text(arena, row, "key_id");
        key->key = base64_in(arena, member_text(arena, row, "public_key"));
        key->state = member_text(arena, row, "state");
        key->certified_by = member_text(arena, row, "certified_by");
        key->certificate = member_text(arena, row, "certificate");
    }
    for (size_t before = 0; before < reached.count;) {
        before = reached.count;
        for (size_t n = 0; n < count; n++) {
            for (size_t by = 0; by < count && !has_key(&reached, listed[n].key); by++) {
                if (has_key(&reached, listed[by].key) && is_certified(arena, &listed[n], &listed[by])) {
                    reached.keys[reached.count++] = listed[n].key;
                }
            }
        }
    }
    for (size_t n = 0; n < reached.count; n++) {
        bool is_retired = false;
        for (size_t row_at = 0; row_at < count; row_at++) {
            is_retired |= is_same(listed[row_at].key, reached.keys[n]) && is_same(listed[row_at].state, "retired");
        }
        if (!is_retired) kept.keys[kept.count++] = reached.keys[n];
    }
    return kept;
}

/* The platform */

#ifdef _WIN32
/* Paths are UTF-8 here and UTF-16 there; NULL for what is none. */
static wchar_t *wide(Arena *arena, const char *text) {
    int length = text == NULL ? 0 : MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
    wchar_t *made = length <= 0 ? NULL : (wchar_t *)allocate(arena, (size_t)length * sizeof(wchar_t));
    if (made != NULL) MultiByteToWideChar(CP_UTF8, 0, text, -1, made, length);
    return made;
}

/* A variable of the environment; NULL if it is not set. */
static char *variable(Arena *arena, const char *name) {
    wchar_t *wide_name = wide(arena, name), *value = wide_name == NULL ? NULL : _wgetenv(wide_name);
    int length = value == NULL ? 0 : WideCharToMultiByte(CP_UTF8, 0, value, -1, NULL, 0, NULL, NULL);
    char *made = length <= 0 ? NULL : (char *)allocate(arena, (size_t)length);
    if (made != NULL) WideCharToMultiByte(CP_UTF8, 0, value, -1, made, length, NULL, NULL);
    return made;
}

static FILE *open_file(Arena *arena, const char *path, bool is_new) {
    wchar_t *name = wide(arena, path);
    return name == NULL ? NULL : _wfopen(name, is_new ? L"wb" : L"rb");
}

static bool flush_to_disk(FILE *file) { return fflush(file) == 0 && _commit(_fileno(file)) == 0; }

static bool move_over(Arena *arena, const char *from, const char *to) {
    wchar_t *source = wide(arena, from), *target = wide(arena, to);
    return source != NULL && target != NULL &&
           MoveFileExW(source, target, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH);
}

static void make_folder(Arena *arena, const char *path) {
    wchar_t *name = wide(arena, path);
    if (name != NULL) CreateDirectoryW(name, NULL);
}

static long long process_id(void) { return (long long)GetCurrentProcessId(); }

static long long monotonic_ms(void) { return (long long)GetTickCount64(); }

static void pause_for(long long ms) { Sleep((DWORD)ms); }

/* A lock is a mutex of that name; a process or thread that ends lets it go. */
typedef HANDLE Lock;

static Lock lock_or_none(Arena *arena, const char *name) {
    wchar_t *wide_name = wide(arena, format(arena, "Local\\license-%s", name));
    HANDLE mutex = wide_name == NULL ? NULL : CreateMutexW(NULL, FALSE, wide_name);
    if (mutex == NULL) return NULL;
    DWORD outcome = WaitForSingleObject(mutex, LOCK_WAIT_MS);
    if (outcome == WAIT_OBJECT_0 || outcome == WAIT_ABANDONED) return mutex;
    CloseHandle(mutex);
    return NULL;
}

static void unlock(Lock lock) {
    if (lock == NULL) return;
    ReleaseMutex(lock);
    CloseHandle(lock);
}

static char *usual_folder(Arena *arena) {
    return format(arena, "%s\\licenses", or_else(variable(arena, "APPDATA"), "."));
}

/* The id that the operating system has given this machine; NULL where there is none. */
static char *machine_id(Arena *arena) {
    char id[128];
    DWORD size = sizeof id;
    HKEY key;
    const char *path = "SOFTWARE\\Microsoft\\Cryptography";
    /* A program of 32 bits has a registry of its own otherwise. */
    if (RegOpenKeyExA(HKEY_LOCAL_MACHINE, path, 0, KEY_READ | KEY_WOW64_64KEY, &key) != ERROR_SUCCESS) return NULL;
    LSTATUS status = RegGetValueA(key, NULL, "MachineGuid", RRF_RT_REG_SZ, NULL, id, &size);
    RegCloseKey(key);
    return status == ERROR_SUCCESS ? copy_bytes(arena, id, strlen(id)) : NULL;
}
#else
static char *variable(Arena *arena, const char *name) {
    const char *value = getenv(name);
    return value == NULL ? NULL : copy_bytes(arena, value, strlen(value));
}

static FILE *open_file(Arena *arena, const char *path, bool is_new) {
    (void)arena;
    int flags = is_new ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY;
    int number = path == NULL ? -1 : open(path, flags | O_CLOEXEC, 0600);
    FILE *file = number < 0 ? NULL : fdopen(number, is_new ? "wb" : "rb");
    if (file == NULL && number >= 0) close(number);
    return file;
}

static bool flush_to_disk(FILE *file) { return fflush(file) == 0 && fsync(fileno(file)) == 0; }

static bool move_over(Arena *arena, const char *from, const char *to) {
    (void)arena;
    return rename(from, to) == 0;
}

static void make_folder(Arena *arena, const char *path) {
    (void)arena;
    mkdir(path, 0700);
}

static long long process_id(void) { return (long long)getpid(); }

static long long monotonic_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void pause_for(long long ms) {
    struct timespec span;
    span.tv_sec = (time_t)(ms / 1000);
    span.tv_nsec = (long)(ms % 1000) * 1000000;
    nanosleep(&span, NULL);
}

/* A lock is a locked file, opened anew by each call, so that threads wait for each other as well; -1 for none. */
typedef int Lock;

static Lock lock_or_none(Arena *arena, const char *name) {
    char *path = format(arena, "%s/license-%s.lock", or_else(variable(arena, "TMPDIR"), "/tmp"), name);
    int file = path == NULL ? -1 : open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    for (long long end = monotonic_ms() + LOCK_WAIT_MS; file >= 0; pause_for(10)) {
        if (flock(file, LOCK_EX | LOCK_NB) == 0) return file;
        if ((errno != EWOULDBLOCK && errno != EINTR) || monotonic_ms() > end) break;
    }
    if (file >= 0) close(file);
    return -1;
}

static void unlock(Lock lock) {
    if (lock >= 0) close(lock);
}

static char *usual_folder(Arena *arena) {
    const char *home = or_else(variable(arena, "HOME"), ".");
#ifdef __APPLE__
    return format(arena, "%s/Library/Application Support/licenses", home);
#else
    const char *data = or_else(variable(arena, "XDG_DATA_HOME"), NULL);
    return data != NULL ? format(arena, "%s/licenses", data) : format(arena, "%s/.local/share/licenses", home);
#endif
}

/* The id that the operating system has given this machine; NULL where there is none. */
static char *machine_id(Arena *arena) {
    char said[4096];
#ifdef __APPLE__
    FILE *file = popen("/usr/sbin/ioreg -rd1 -c IOPlatformExpertDevice", "r");
    const char *before = "IOPlatformUUID\" = \"";
#else
    FILE *file = open_file(arena, "/etc/machine-id", false);
    const char *before = "";
#endif
    if (file == NULL) return NULL;
    said[fread(said, 1, sizeof said - 1, file)] = '\0';
#ifdef __APPLE__
    pclose(file);
#else
    fclose(file);
#endif
    const char *found = strstr(said, before);
    if (found == NULL) return NULL;
    found += strlen(before);
    size_t length = strcspn(found, "\" \t\r\n");
    return length == 0 ? NULL : copy_bytes(arena, found, length);
}
#endif

/* The text of a file; empty if it cannot be read, or is longer than any of ours. */
static char *read_file(Arena *arena, const char *path) {
    Buffer made = buffer(arena);
    add(&made, "");
    FILE *file = open_file(arena, path, false);
    char piece[4096];
    size_t length = 0;
    while (file != NULL && made.length < FILE_BYTES_MAX && (length = fread(piece, 1, sizeof piece, file)) > 0) {
        add_bytes(&made, piece, length);
    }
    bool is_whole = file != NULL && !ferror(file) && made.length < FILE_BYTES_MAX;
    if (file != NULL) fclose(file);
    return is_whole ? made.text : copy_bytes(arena, "", 0);
}

/* A licence, and what a call knows of it */

struct License {
    Arena arena;
    const char *api_key, *server, *folder, *path, *lock, *device, *machine;
    bool is_bound;
    long long now;
    long deadline_ms, pause_ms;
};

/* What is kept between two starts. A text that is NULL is none; keys is a list of JSON. */
typedef struct {
    const char *device, *machine, *key, *answer, *file, *keys;
    long long latest, due, paused_until, busy_until, failures;
} Memory;

/* Each call has its own, so that threads share nothing but what never changes. */
typedef struct {
    const License *license;
    Arena arena;
    Lock lock;
    bool is_begun;
    /* What is kept, as text and as data. */
    const char *saved;
    Memory memory;
    /* The time, the name of this device, and the keys that may sign. */
    long long now;
    const char *device;
    KeySet trusted;
} Call;

/* Why there is no answer that can be believed; why is NULL if there is one. */
typedef struct {
    const char *why, *help;
    int code;
    long long wait;
} Doubt;

static Doubt doubt(const char *why, const char *help) {
    Doubt made = {why, help, 0, 0};
    return made;
}

static Doubt no_doubt(void) { return doubt(NULL, NULL); }

static Doubt no_memory(void) { return doubt("This device has not enough memory.", "Close other programs."); }

static Doubt wrong_clock(void) {
    return doubt("The clock of this device is wrong.", "Set date and time, then try again.");
}

static LicenseVerdict verdict_of(LicenseResult result, const char *why, const char *help) {
    LicenseVerdict made;
    memset(&made, 0, sizeof made);
    made.result = result;
    made.help = help;
    size_t length = why == NULL ? 0 : strlen(why), most_bytes = sizeof made.why - 1;
    if (length > most_bytes) {
        /* Never in the middle of a character. */
        for (length = most_bytes - 3; ((unsigned char)why[length] & 0xc0) == 0x80;) length--;
        memcpy(made.why + length, "...", 3);
    }
    if (length > 0) memcpy(made.why, why, length);
    return made;
}

static LicenseVerdict good(long long until) {
    LicenseVerdict made = verdict_of(LICENSE_GOOD, "The licence is good.", "");
    made.allowed = 1;
    made.until = until;
    return made;
}

static LicenseVerdict nothing_entered(void) {
    return verdict_of(LICENSE_REFUSED, "No licence key has been entered yet.", "Enter the key that you have bought.");
}

/* Whether a code refuses, and the verdict of it. */
static bool is_refusal(int code, LicenseVerdict *verdict) {
    for (size_t n = 0; n < sizeof REFUSALS / sizeof *REFUSALS; n++) {
        if (REFUSALS[n].code != code) continue;
        *verdict = verdict_of(LICENSE_REFUSED, REFUSALS[n].why, REFUSALS[n].help);
        verdict->code = code;
        return true;
    }
    return false;
}

static bool is_set_back(const Call *call) { return call->now < call->memory.latest - CLOCK_ERROR; }

/* Whether a kept moment is still to come. One that is too far off was kept while the clock was wrong. */
static bool is_ahead(const Call *call, long long moment, long long at_most) {
    return call->now < moment && moment <= call->now + at_most;
}

/* Messages */

/* What the server signed, and its signature. Nothing else counts where there is a doubt. */
typedef struct {
    Doubt doubt;
    int code;
    bool is_complete, is_freed;
    const char *text, *signed_text, *signature, *message, *key, *device, *nonce, *product;
    long long timestamp;
    Json keys, releases;
} Answer;

/* Reads an answer, whose signature is still to be checked. */
static Answer read_answer(Arena *arena, const char *text) {
    Answer said;
    memset(&said, 0, sizeof said);
    said.text = text;
    size_t length;
    Json envelope = json_of(text);
    char *signed_text = member_text(arena, envelope, "response_base64");
    const char *decoded = (const char *)bytes_of(arena, signed_text, &length);
    /* Only what was signed counts: anybody on the way can change the "response" beside it. */
    Json response = json_of(decoded != NULL && strlen(decoded) == length ? decoded : NULL);
    if (response.at == NULL || *response.at != '{') return said;
    said.signed_text = signed_text;
    said.signature = member_text(arena, envelope, "signature");
    said.message = member_text(arena, response, "message");
    said.key = member_text(arena, response, "license_key_sha256");
    said.device = member_text(arena, response, "identifier_sha256");
    said.nonce = member_text(arena, response, "nonce");
    said.product = member_text(arena, response, "product_uuid");
    said.keys = json_member(arena, response, "keys");
    said.releases = json_member(arena, response, "downloadables");
    Json code = json_member(arena, response, "code");
    long long number = 0;
    if (json_integer(code, &number) && number > 0 && number <= INT_MAX) said.code = (int)number;
    /* The one code that is a text. */
    said.is_freed = is_same(json_text(arena, code), "400");
    said.is_complete = code.at != NULL && json_integer(json_member(arena, response, "timestamp"), &said.timestamp);
    return said;
}

static bool is_genuine(Arena *arena, const Answer *said, const KeySet *keys) {
    return said->is_complete && is_signed(arena, said->signed_text, said->signature, keys);
}

static bool is_good(const Answer *said) { return said->code == 200 || said->code == 300 || said->code == 301; }

static bool is_report(const Answer *said) { return said->code == 830 || said->code == 831; }

static bool is_fresh(const Call *call, const Answer *said) {
    return most(said->timestamp - call->now, call->now - said->timestamp) <= CLOCK_ERROR;
}

/* Whether an answer is about this licence key, device and product. */
static bool is_mine(Call *call, const Answer *said) {
    /* A report goes without device and product, and 210 without a product: there is no such key, or none of it. */
    return is_same(said->key, hash(&call->arena, call->memory.key)) &&
           (is_report(said) || is_same(said->device, hash(&call->arena, call->device))) &&
           (is_report(said) || said->code == 210 || is_same(said->product, PRODUCT));
}

/* What the kept answer says; whether it is still worth something. */
static bool kept_answer(Call *call, Answer *said) {
    *said = read_answer(&call->arena, call->memory.answer);
    return is_genuine(&call->arena, said, &call->trusted) && is_good(said) && is_mine(call, said) &&
           said->timestamp <= call->now + CLOCK_ERROR;
}

static void add_encoded(Buffer *to, const char *text) {
    for (; text != NULL && *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        char code[4];
        snprintf(code, sizeof code, is_plain || c == '-' || c == '_' ? "%c" : "%%%02X", c);
        add(to, code);
    }
}

static void add_field(Buffer *form, const char *name, const char *value) {
    if (form->length > 0) add(form, "&");
    add(form, name);
    add(form, "=");
    add_encoded(form, value);
}

/* What comes of a request; the status is 0 without a whole answer. */
typedef struct {
    Buffer body;
    long status;
    long long wait;
} Reply;

static size_t receive_body(char *bytes, size_t size, size_t count, void *into) {
    Reply *reply = (Reply *)into;
    size_t room = ANSWER_BYTES_MAX - reply->body.length;
    /* Fewer than there are: nobody reads an endless answer. */
    size_t length = size * count < room ? size * count : room;
    return length > 0 && add_bytes(&reply->body, bytes, length) ? length : 0;
}

static size_t receive_header(char *bytes, size_t size, size_t count, void *into) {
    Reply *reply = (Reply *)into;
    static const char name[] = "retry-after:";
    size_t length = size * count, at = 0;
    while (at < length && name[at] != '\0' && (bytes[at] | 0x20) == (name[at] | 0x20)) at++;
    if (name[at] != '\0') return length;
    while (at < length && bytes[at] == ' ') at++;
    long long wait = 0;
    while (at < length && bytes[at] >= '0' && bytes[at] <= '9' && wait < DAY) wait = wait * 10 + (bytes[at++] - '0');
    reply->wait = wait;
    return length;
}

/* Asks for a page, with a form or, if that is NULL, without. It ends by a moment of the monotonic clock. */
static Reply fetch(Call *call, const char *path, const char *form, long long give_up) {
    Arena *arena = &call->arena;
    Reply reply;
    memset(&reply, 0, sizeof reply);
    reply.body = buffer(arena);
    add(&reply.body, "");
    char *address = format(arena, "%s/api/v1/%s", call->license->server, path);
    char *key = format(arena, "Authorization: Bearer %s", call->license->api_key);
    long long left = give_up - monotonic_ms();
    CURL *curl = address == NULL || key == NULL || left <= 0 ? NULL : curl_easy_init();
    if (curl == NULL) return reply;
    struct curl_slist *headers = NULL;
    curl_easy_setopt(curl, CURLOPT_URL, address);
    /* The list of keys is for everybody. */
    if (form != NULL) {
        headers = curl_slist_append(NULL, key);
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form);
    }
    /* For all of it, however slowly it drips. A redirection is not followed: it leads to a stranger's page. */
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)left);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
    curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, receive_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply);
#if defined(_WIN32) && LIBCURL_VERSION_NUM >= 0x074700
    curl_easy_setopt(curl, CURLOPT_SSL_OPTIONS, (long)CURLSSLOPT_NATIVE_CA);
#endif
    bool is_asked = form == NULL || headers != NULL;
    CURLcode outcome = is_asked ? curl_easy_perform(curl) : CURLE_OUT_OF_MEMORY;
    if (outcome == CURLE_OK || reply.body.length == ANSWER_BYTES_MAX) {
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    /* No answer of ours has a NUL. */
    if (reply.body.text != NULL && strlen(reply.body.text) != reply.body.length) reply.body.text[0] = '\0';
    return reply;
}

/* Posts a form, three times at most: the body of the answer, and the nonce of its request. */
static Doubt post(Call *call, const char *endpoint, const char *fields, const char **text, const char **nonce) {
    const License *license = call->license;
    long long give_up = monotonic_ms() + license->deadline_ms;
    for (int attempt = 1;; attempt++) {
        if (is_ahead(call, call->memory.busy_until, 3600)) {
            Doubt busy = doubt("The licence server is busy.", "Try again later.");
            busy.wait = call->memory.busy_until - call->now;
            return busy;
        }
        if (attempt > 3 || monotonic_ms() >= give_up) return doubt("The licence server cannot be reached.", LATER);
        pause_for((long long)license->pause_ms * (attempt - 1) * (500 + random_below(1000)) / 1000);
        *nonce = random_hex(&call->arena);
        if (*nonce == NULL) return doubt("This device has no randomness to ask with.", "Restart the device.");
        Buffer form = buffer(&call->arena);
        add(&form, fields);
        add_field(&form, "nonce", *nonce);
        add_field(&form, "product_id", PRODUCT);
        add_field(&form, "signature_algorithm", "ES256");
        if (form.text == NULL) return no_memory();
        Reply reply = fetch(call, endpoint, form.text, give_up);
        *text = reply.body.text;
        call->memory.busy_until = reply.wait > 0 ? call->now + least(reply.wait, 3600) : 0;
        if (reply.wait == 0 && reply.status > 0 && (reply.status < 500 || attempt == 3)) return no_doubt();
    }
}

/* Follows certificates to the keys that the server lists. Whether anything was learnt. */
static bool follow_keys(Call *call) {
    Arena *arena = &call->arena;
    long long give_up = monotonic_ms() + call->license->deadline_ms;
    Reply reply = fetch(call, "keys?product_id=" PRODUCT "&signature_algorithm=ES256", NULL, give_up);
    Answer said = read_answer(arena, reply.body.text);
    KeySet reached = reach(arena, said.keys);
    /* Everybody gets the same list, so only its time shows that it is not an old one. */
    if (!is_genuine(arena, &said, &reached) || !is_fresh(call, &said) || said.keys.at == NULL) return false;
    call->memory.keys = copy_bytes(arena, said.keys.at, (size_t)(said.keys.end - said.keys.at));
    call->trusted = reached;
    return true;
}

static Buffer form_of(Call *call) {
    Buffer form = buffer(&call->arena);
    add_field(&form, "license_key", or_else(call->memory.key, ""));
    add_field(&form, "identifier", call->device);
    return form;
}

/* Asks the server. There is a doubt unless the answer is genuine, fresh, and about this key, device and product. */
static Answer ask(Call *call, const char *endpoint, const char *fields) {
    const char *text = NULL, *nonce = NULL;
    Answer said;
    memset(&said, 0, sizeof said);
    said.doubt = post(call, endpoint, fields, &text, &nonce);
    if (said.doubt.why != NULL) return said;
    said = read_answer(&call->arena, text);
    bool is_believed = is_genuine(&call->arena, &said, &call->trusted);
    if (!is_believed && said.signed_text != NULL && follow_keys(call)) {
        is_believed = is_genuine(&call->arena, &said, &call->trusted);
    }
    /* Codes below 200 and above 9000 are about the request or the server. */
    bool is_about_request = said.code != 0 && (said.code < 200 || said.code >= 9000);
    if (said.signed_text == NULL) {
        said.doubt = doubt("Something else than the licence server has answered.", LATER);
    } else if (!is_believed) {
        said.doubt = doubt("The answer was not signed by the licence server.", LATER);
    } else if (!is_fresh(call, &said)) {
        said.doubt = wrong_clock();
    } else if (!is_about_request && (!is_same(said.nonce, nonce) || !is_mine(call, &said))) {
        said.doubt = doubt("The answer is to another request.", LATER);
    }
    return said;
}

/* Offline files */

typedef struct {
    const char *key;
    Json features;
    long long ends_at, lapses_at;
} OfflineFile;

/* Seconds of a moment such as 2030-01-31T12:00:00Z; whether it is one. */
static bool seconds_of(const char *text, long long *seconds) {
    int year, month, day, hour, minute, second, end = 0;
    if (text == NULL || strlen(text) < 20) return false;
    int found = sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &end);
    if (found != 6 || end != 19 || year < 1970 || month < 1 || month > 12 || day < 1 || day > 31) return false;
    /* The year begins in March, so that the day of a leap year is its last. */
    long long years = year - (month <= 2), days = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    days += years * 365 + years / 4 - years / 100 + years / 400 - 719468;
    *seconds = days * DAY + hour * 3600 + minute * 60 + second;
    return true;
}

/* Reads an offline file. There is a doubt unless it is genuine and for this device, licence and product. */
static Doubt open_offline_file(Call *call, const char *text, OfflineFile *file) {
    Arena *arena = &call->arena;
    Doubt foreign = doubt("This file was not signed by the licence server.", NEW_FILE);
    Json whole = json_of(text), signature = json_member(arena, whole, "signature");
    /* The signature is over the file as it stands, without itself. */
    static const char name[] = ",\"signature\":";
    size_t before = strlen(name);
    if (signature.at == NULL || (size_t)(signature.at - text) < before) return foreign;
    if (memcmp(signature.at - before, name, before) != 0) return foreign;
    char *content = copy_bytes(arena, text, (size_t)(signature.at - before - text));
    content = format(arena, "%s%s", or_else(content, ""), signature.end);
    if (!is_signed(arena, content, json_text(arena, signature), &call->trusted)) return foreign;
    Json license = json_member(arena, whole, "license");
    long long issued_at = 0, days = member_integer(arena, whole, "grace_period_days");
    char *ends_at = member_text(arena, license, "ends_at");
    file->key = member_text(arena, license, "key");
    file->features = json_member(arena, license, "features");
    file->ends_at = LLONG_MAX;
    if (file->key == NULL || !seconds_of(member_text(arena, whole, "issued_at"), &issued_at) ||
        !seconds_of(member_text(arena, license, "expires_at"), &file->lapses_at) ||
        (ends_at != NULL && !seconds_of(ends_at, &file->ends_at))) {
        return doubt("This is no offline file.", NEW_FILE);
    }
    file->lapses_at = least(file->lapses_at + most(0, least(days, 100000)) * DAY, file->ends_at);
    bool is_of_device = is_same(member_text(arena, license, "hardware_id"), call->device) ||
                        is_same(member_text(arena, license, "domain"), call->device);
    const char *known = call->memory.key;
    if (!is_of_device || (known != NULL && !is_same(plain(arena, file->key), plain(arena, known)))) {
        return doubt("This file is for another device or licence.", "Ask for one for this device.");
    }
    /* A file that names no product needs a good answer beside it, which does. */
    Json product = json_member(arena, whole, "product_uuid");
    Answer said;
    if (product.at == NULL ? !kept_answer(call, &said) : !is_same(json_text(arena, product), PRODUCT)) {
        return doubt("This file is not for " PRODUCT_NAME ".", NEW_FILE);
    }
    return issued_at > call->now + CLOCK_ERROR ? wrong_clock() : no_doubt();
}

static Doubt fetch_offline_file(Call *call, long long days) {
    const char *text = NULL, *nonce = NULL;
    Buffer key = buffer(&call->arena), form = buffer(&call->arena);
    add_encoded(&key, call->memory.key);
    const char *path = format(&call->arena, "licenses/%s/offline-file", or_else(key.text, ""));
    if (path == NULL) return no_memory();
    add_field(&form, "identifier", call->device);
    add_field(&form, "hardware_id", call->device);
    add_field(&form, "grace_period_days", format(&call->arena, "%lld", days));
    OfflineFile file;
    Doubt trouble = post(call, path, form.text, &text, &nonce);
    if (trouble.why == NULL) trouble = open_offline_file(call, text, &file);
    if (trouble.why != NULL) return trouble;
    if (file.lapses_at < call->now) return doubt("This file has lapsed.", NEW_FILE);
    call->memory.file = text;
    return no_doubt();
}

/* Memory */

static char *quoted(Arena *arena, const char *text) {
    Buffer made = buffer(arena);
    add_json_text(&made, or_else(text, ""));
    return made.text == NULL ? format(arena, "\"\"") : made.text;
}

static char *written(Call *call) {
    Arena *arena = &call->arena;
    const Memory *memory = &call->memory;
    const char *texts[] = {quoted(arena, memory->device), quoted(arena, memory->machine), quoted(arena, memory->key),
                           quoted(arena, memory->answer), quoted(arena, memory->file)};
    for (size_t n = 0; n < sizeof texts / sizeof *texts; n++) {
        if (texts[n] == NULL) return NULL;
    }
    return format(arena,
                  "{\"device\":%s,\"machine\":%s,\"key\":%s,\"answer\":%s,\"file\":%s,\"keys\":%s,\"latest\":%lld,"
                  "\"due\":%lld,\"pausedUntil\":%lld,\"busyUntil\":%lld,\"failures\":%lld}",
                  texts[0], texts[1], texts[2], texts[3], texts[4], or_else(memory->keys, "[]"), memory->latest,
                  memory->due, memory->paused_until, memory->busy_until, memory->failures);
}

/* What was kept, without what is not of its kind: somebody may have edited the file. */
static Memory remembered(Call *call) {
    Arena *arena = &call->arena;
    Memory memory;
    memset(&memory, 0, sizeof memory);
    Json kept = json_of(call->saved), keys = json_member(arena, kept, "keys");
    memory.device = or_else(member_text(arena, kept, "device"), NULL);
    memory.machine = or_else(member_text(arena, kept, "machine"), NULL);
    memory.key = or_else(member_text(arena, kept, "key"), NULL);
    memory.answer = or_else(member_text(arena, kept, "answer"), NULL);
    memory.file = or_else(member_text(arena, kept, "file"), NULL);
    if (keys.at != NULL && *keys.at == '[') memory.keys = copy_bytes(arena, keys.at, (size_t)(keys.end - keys.at));
    memory.latest = member_integer(arena, kept, "latest");
    memory.due = member_integer(arena, kept, "due");
    memory.paused_until = member_integer(arena, kept, "pausedUntil");
    memory.busy_until = member_integer(arena, kept, "busyUntil");
    memory.failures = member_integer(arena, kept, "failures");
    return memory;
}

/* Replaces the file in one step, so that a crash leaves the old one. Whether it is kept. */
static bool save(Call *call) {
    Arena *arena = &call->arena;
    const License *license = call->license;
    char *text = written(call);
    if (text == NULL || arena->is_exhausted) return false;
    if (is_same(text, call->saved)) return true;
    char *folder = copy_bytes(arena, license->folder, strlen(license->folder));
    for (char *at = folder; at != NULL && *at != '\0'; at++) {
        if (at == folder || (*at != '/' && *at != '\\')) continue;
        char mark = *at;
        *at = '\0';
        make_folder(arena, folder);
        *at = mark;
    }
    make_folder(arena, license->folder);
    /* Of this process alone: another one may write as well. */
    char *fresh = format(arena, "%s.%lld.new", license->path, process_id());
    FILE *file = open_file(arena, fresh, true);
    if (file == NULL) return false;
    bool is_written = fwrite(text, 1, strlen(text), file) == strlen(text) && flush_to_disk(file);
    if (fclose(file) != 0 || !is_written || !move_over(arena, fresh, license->path)) return false;
    call->saved = text;
    return true;
}

/* Forgets the licence; who this device is stays. */
static void forget(Call *call, const char *key) {
    Memory before = call->memory;
    memset(&call->memory, 0, sizeof call->memory);
    call->memory.device = before.device;
    call->memory.machine = before.machine;
    call->memory.keys = before.keys;
    call->memory.latest = before.latest;
    call->memory.key = key;
}

/* Takes the lock and reads what is kept. One check in flight: others wait for it, and find its answer. */
static bool begin(Call *call, const License *license) {
    memset(call, 0, sizeof *call);
    call->license = license;
    call->arena.is_exhausted = license == NULL;
    if (license == NULL) return false;
    Arena *arena = &call->arena;
    call->lock = lock_or_none(arena, license->lock);
    call->is_begun = true;
    call->now = license->now != 0 ? license->now : (long long)time(NULL);
    call->saved = read_file(arena, license->path);
    call->memory = remembered(call);
    if (license->machine != NULL) {
        const char *mark = hash(arena, format(arena, "%s\n%s", PRODUCT, license->machine));
        if (call->memory.machine != NULL && !is_same(call->memory.machine, mark)) {
            /* Copied from another machine: its seat stays there. */
            const char *key = call->memory.key;
            memset(&call->memory, 0, sizeof call->memory);
            call->memory.key = key;
        }
        call->memory.machine = mark;
        if (license->is_bound) call->memory.device = mark;
    }
    if (call->memory.device == NULL) call->memory.device = random_hex(arena);
    call->device = or_else(license->device, call->memory.device);
    call->trusted = reach(arena, json_of(call->memory.keys));
    return true;
}

/* Keeps the changes, gives the lock back and frees all. Whether what was found counts. */
static bool end(Call *call) {
    if (call->is_begun) {
        save(call);
        unlock(call->lock);
    }
    bool is_whole = !call->arena.is_exhausted;
    free_all(&call->arena);
    return is_whole;
}

/* Does the work of a call that returns a verdict. */
static LicenseVerdict called(const License *license, LicenseVerdict (*work)(Call *, const char *), const char *text) {
    Call call;
    Doubt trouble = no_memory();
    LicenseVerdict verdict = verdict_of(LICENSE_CANNOT_TELL, trouble.why, trouble.help);
    LicenseVerdict found = begin(&call, license) ? work(&call, or_else(text, "")) : verdict;
    return end(&call) ? found : verdict;
}

/* A copy of a text that outlives the call; the caller frees it. */
static char *handed_out(Call *call, const char *text) {
    char *copy = text == NULL ? NULL : (char *)malloc(strlen(text) + 1);
    if (copy != NULL) strcpy(copy, text);
    if (end(call)) return copy;
    free(copy);
    return NULL;
}

/* Judging */

/* Until when the kept proofs let the program run; 0 for not at all. */
static long long until(Call *call) {
    if (is_set_back(call)) return 0;
    long long found = 0;
    Answer said;
    OfflineFile file;
    if (kept_answer(call, &said)) found = said.timestamp + (long long)GRACE_DAYS * DAY;
    if (open_offline_file(call, call->memory.file, &file).why == NULL) {
        found = least(file.ends_at, most(file.lapses_at, found));
    }
    return found;
}

static LicenseVerdict cannot_tell(Call *call, Doubt trouble) {
    call->memory.latest = most(call->memory.latest, call->now);
    LicenseVerdict verdict = verdict_of(LICENSE_CANNOT_TELL, trouble.why, trouble.help);
    verdict.code = trouble.code;
    verdict.retry_after = trouble.wait;
    verdict.until = until(call);
    verdict.allowed = verdict.until >= call->now;
    return verdict;
}

/* What an answer means that is not good. */
static LicenseVerdict judge(Call *call, const Answer *said) {
    LicenseVerdict refused;
    if (said->doubt.why != NULL) return cannot_tell(call, said->doubt);
    if (!is_refusal(said->code, &refused)) {
        const char *why = format(&call->arena, "The licence server says: %s.", or_else(said->message, "nothing"));
        Doubt other = doubt(or_else(why, "The licence server says nothing."), LATER);
        other.code = said->code;
        return cannot_tell(call, other);
    }
    /* Or a customer who was refused could go on by pulling the plug. */
    call->memory.answer = call->memory.file = NULL;
    call->memory.due = call->memory.paused_until = call->memory.failures = 0;
    return refused;
}

static LicenseVerdict decide(Call *call, const char *endpoint) {
    Memory *memory = &call->memory;
    /* Until an answer says otherwise: a pause that grows, at random, so that copies do not come back together. */
    long long pause = least(3600, 60LL << least(most(memory->failures, 0), 9));
    memory->failures++;
    memory->paused_until = call->now + pause + random_below(pause / 4);
    Answer said = ask(call, endpoint, form_of(call).text);
    if (said.doubt.why != NULL || !is_good(&said)) return judge(call, &said);
    memory->answer = said.text;
    memory->latest = call->now;
    memory->paused_until = memory->failures = 0;
    /* Copies that started together come back apart. */
    memory->due = call->now + DAY - random_below(4 * 3600);
    /* A file as good as the kept one has the licence's features and its end. Without one, the old one stays. */
    long long days = most(GRACE_DAYS, 1);
    OfflineFile kept;
    if (open_offline_file(call, memory->file, &kept).why == NULL) days = most(days, (kept.lapses_at - call->now) / DAY);
    fetch_offline_file(call, days - 1);
    LicenseVerdict verdict = good(until(call));
    verdict.code = said.code;
    if (!save(call)) verdict.help = WRITABLE;
    return verdict;
}

static LicenseVerdict activate(Call *call, const char *license_key) {
    char *key = tidy(&call->arena, license_key);
    if (call->arena.is_exhausted) return nothing_entered();
    if (*key == '\0' || !is_same(key, call->memory.key)) forget(call, or_else(key, NULL));
    /* Kept before the request: a device that is not known again would take a seat at each start. */
    if (!save(call) && call->license->device == NULL) {
        return cannot_tell(call, doubt("This device cannot keep its licence.", WRITABLE));
    }
    return decide(call, "activate");
}

static LicenseVerdict check_now(Call *call, const char *nothing) {
    (void)nothing;
    return call->memory.key == NULL ? nothing_entered() : decide(call, "verify");
}

static LicenseVerdict check(Call *call, const char *nothing) {
    const Memory *memory = &call->memory;
    long long end_of_proof = until(call);
    if (memory->key != NULL && end_of_proof >= call->now && is_ahead(call, memory->due, DAY)) return good(end_of_proof);
    bool is_paused = is_ahead(call, memory->paused_until, 7200) || is_ahead(call, memory->busy_until, 3600);
    if (memory->key == NULL || !is_paused) return check_now(call, nothing);
    return cannot_tell(call, doubt("The licence server did not answer lately.", LATER));
}

static LicenseVerdict deactivate(Call *call, const char *nothing) {
    (void)nothing;
    if (call->memory.key == NULL) return nothing_entered();
    Answer said = ask(call, "deactivate", form_of(call).text);
    bool is_freed = said.doubt.why == NULL && said.is_freed;
    if (is_freed || (said.doubt.why == NULL && said.code == 401)) forget(call, NULL);
    if (!is_freed) return judge(call, &said);
    LicenseVerdict verdict = verdict_of(LICENSE_GOOD, "The licence was deactivated on this device.", "");
    verdict.code = 400;
    return verdict;
}

static LicenseVerdict use_offline_file(Call *call, const char *given) {
    LicenseVerdict refused;
    OfflineFile file;
    const char *text = skip_space(given);
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL) length--;
    text = copy_bytes(&call->arena, text, length);
    Doubt trouble = open_offline_file(call, text, &file);
    if (trouble.why != NULL) return cannot_tell(call, trouble);
    if (file.ends_at < call->now && is_refusal(205, &refused)) return refused;
    if (is_set_back(call) || file.lapses_at < call->now) {
        return cannot_tell(call, doubt("This file has lapsed.", NEW_FILE));
    }
    if (call->memory.key == NULL) call->memory.key = file.key;
    call->memory.file = text;
    return good(file.lapses_at);
}

/* The value of a feature; nothing without it, or while the program may not run. */
static Json feature(Call *call, const char *name) {
    OfflineFile file;
    Json nothing = {NULL, NULL};
    if (open_offline_file(call, call->memory.file, &file).why != NULL || until(call) < call->now) return nothing;
    return json_member(&call->arena, file.features, name);
}

static bool report(Call *call, const char *group, const char *kind, const char *field, const char *value,
                   const char *version, const char *user) {
    Buffer form = form_of(call);
    add_field(&form, "user_identifier", or_else(user, call->device));
    add_field(&form, "activation_identifier", call->device);
    add_field(&form, "product_version", version);
    add_field(&form, "data_group", group);
    add_field(&form, "data_type", kind);
    add_field(&form, field, value);
    Answer said = ask(call, "send-telemetry-data", form.text);
    return said.doubt.why == NULL && is_report(&said);
}

/* What the program calls */

License *license_open(const LicenseOptions *options) {
    LicenseOptions usual;
    memset(&usual, 0, sizeof usual);
    if (options == NULL) options = &usual;
    License *license = (License *)calloc(1, sizeof *license);
    if (license == NULL) return NULL;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(license);
        return NULL;
    }
    Arena *arena = &license->arena;
    const char *device = or_else(options->device, variable(arena, "LICENSE_DEVICE"));
    const char *server = or_else(options->server, SERVER), *folder = or_else(options->folder, usual_folder(arena));
    size_t length = strlen(server);
    while (length > 0 && server[length - 1] == '/') length--;
    license->api_key = format(arena, "%s", or_else(options->api_key, API_KEY));
    license->server = format(arena, "%.*s", (int)length, server);
    license->folder = format(arena, "%s", or_else(folder, "."));
    license->path = format(arena, "%s/license-%s.json", or_else(license->folder, "."), PRODUCT);
    license->lock = hash(arena, license->path);
    license->device = device == NULL || *device == '\0' ? NULL : scrubbed(arena, device);
    bool is_named = or_else(options->machine, NULL) != NULL;
    license->machine = is_named ? format(arena, "%s", options->machine) : machine_id(arena);
    license->is_bound = options->bind_to_machine != 0;
    license->now = options->now;
    license->deadline_ms = options->deadline_ms > 0 ? options->deadline_ms : 10000;
    license->pause_ms = options->deadline_ms > 0 ? options->pause_ms : 500;
    if (!arena->is_exhausted && license->lock != NULL) return license;
    license_close(license);
    return NULL;
}

void license_close(License *license) {
    if (license == NULL) return;
    free_all(&license->arena);
    free(license);
    curl_global_cleanup();
}

LicenseVerdict license_activate(License *license, const char *license_key) {
    return called(license, activate, license_key);
}

LicenseVerdict license_check(License *license) { return called(license, check, NULL); }

LicenseVerdict license_check_now(License *license) { return called(license, check_now, NULL); }

LicenseVerdict license_deactivate(License *license) { return called(license, deactivate, NULL); }

LicenseVerdict license_use_offline_file(License *license, const char *text) {
    return called(license, use_offline_file, text);
}

int license_feature_bool(License *license, const char *name, int otherwise) {
    Call call;
    begin(&call, license);
    Json value = feature(&call, name);
    int found = value.at == NULL ? otherwise : *value.at == 't' ? 1 : *value.at == 'f' ? 0 : otherwise;
    return end(&call) ? found : otherwise;
}

double license_feature_number(License *license, const char *name, double otherwise) {
    Call call;
    begin(&call, license);
    Json value = feature(&call, name);
    double found = otherwise;
    if (value.at != NULL && (*value.at == '-' || (*value.at >= '0' && *value.at <= '9'))) {
        size_t length = (size_t)(value.end - value.at);
        char *digits = copy_bytes(&call.arena, value.at, length);
        /* The language reads numbers as the program's locale writes them. */
        char *point = digits == NULL ? NULL : strchr(digits, '.');
        if (point != NULL) {
            *point = '\0';
            digits = format(&call.arena, "%s%s%s", digits, localeconv()->decimal_point, point + 1);
        }
        if (digits != NULL) found = strtod(digits, NULL);
    }
    return end(&call) ? found : otherwise;
}

char *license_feature_text(License *license, const char *name) {
    Call call;
    begin(&call, license);
    return handed_out(&call, json_text(&call.arena, feature(&call, name)));
}

LicenseRelease *license_update(License *license) {
    Call call;
    begin(&call, license);
    LicenseRelease *release = NULL;
    Answer said;
    memset(&said, 0, sizeof said);
    if (call.is_begun) said = ask(&call, "access-downloadables", form_of(&call).text);
    Json row;
    if (said.doubt.why == NULL && said.code == 600 && said.releases.at != NULL && *said.releases.at == '[' &&
        json_next(&said.releases, &row)) {
        static const char *const names[] = {"version", "update_summary", "changelog", "release_date", "url"};
        const char *texts[5];
        size_t size = sizeof *release;
        for (int n = 0; n < 5; n++) {
            texts[n] = or_else(member_text(&call.arena, row, names[n]), "");
            size += strlen(texts[n]) + 1;
        }
        release = (LicenseRelease *)malloc(size);
        if (release != NULL) {
            /* The texts lie behind it, so that one free() is enough. */
            char *at = (char *)(release + 1);
            for (int n = 0; n < 5; n++) {
                strcpy(at, texts[n]);
                texts[n] = at;
                at += strlen(at) + 1;
            }
            release->numeric_version = member_integer(&call.arena, row, "numeric_version");
            release->version = texts[0];
            release->summary = texts[1];
            release->changelog = texts[2];
            release->date = texts[3];
            release->url = texts[4];
        }
    }
    if (end(&call)) return release;
    free(release);
    return NULL;
}

int license_report_number(License *license, const char *group, double value, const char *version, const char *user) {
    char number[64];
    snprintf(number, sizeof number, "%.15g", value);
    if (strtod(number, NULL) != value) snprintf(number, sizeof number, "%.17g", value);
    /* Whatever the program's locale puts between the digits. */
    const char *mark = localeconv()->decimal_point;
    char *point = strstr(number, mark);
    if (point != NULL) {
        memmove(point + 1, point + strlen(mark), strlen(point + strlen(mark)) + 1);
        *point = '.';
    }
    Call call;
    begin(&call, license);
    bool is_told = call.is_begun &&
                   report(&call, group, "numeric-single-value", "numeric_data_single_value", number, version, user);
    return end(&call) && is_told;
}

int license_report_text(License *license, const char *group, const char *value, const char *version, const char *user) {
    Call call;
    begin(&call, license);
    bool is_told = call.is_begun && report(&call, group, "text", "text_data", value, version, user);
    return end(&call) && is_told;
}

char *license_offline_file(License *license, int grace_days) {
    Call call;
    begin(&call, license);
    bool is_there = call.is_begun && fetch_offline_file(&call, grace_days).why == NULL;
    return handed_out(&call, is_there ? call.memory.file : NULL);
}

char *license_device_name(License *license) {
    Call call;
    begin(&call, license);
    return handed_out(&call, call.device);
}
#endif
