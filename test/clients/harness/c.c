/* Takes steps, one line of JSON each. It borrows the client's JSON. */
#include "licensing.c"

#include <math.h>

static long long number_in(Arena *arena, Json step, const char *name) {
    return member_integer(arena, step, name);
}

static void add_number(Buffer *to, long long number) {
    add(to, format(to->arena, "%lld", number));
}

static void add_verdict(Buffer *out, LicenseVerdict verdict) {
    static const char *const results[] = {"good", "refused", "cannot tell"};
    add(out, "{\"result\":");
    add_json_text(out, results[verdict.result]);
    add(out, verdict.allowed ? ",\"allowed\":true,\"why\":" : ",\"allowed\":false,\"why\":");
    add_json_text(out, verdict.why);
    add(out, ",\"help\":");
    add_json_text(out, verdict.help);
    add(out, ",\"code\":");
    add_number(out, verdict.code);
    add(out, ",\"until\":");
    add_number(out, verdict.until);
    add(out, ",\"retryAfter\":");
    add_number(out, verdict.retry_after);
    add(out, "}");
}

/* A text that the caller frees; null if there is none. */
static void add_freed(Buffer *out, char *text) {
    if (text == NULL) add(out, "null");
    else add_json_text(out, text);
    free(text);
}

static void add_feature(Buffer *out, License *license, const char *name) {
    char *text = license_feature_text(license, name);
    int flag = license_feature_bool(license, name, -1);
    double number = license_feature_number(license, name, -1.5);
    char digits[64];
    if (text != NULL || (flag < 0 && number < -1)) {
        add_freed(out, text);
    } else {
        snprintf(digits, sizeof digits, "%.15g", number);
        add(out, flag < 0 ? digits : flag ? "true" : "false");
    }
}

static void add_update(Buffer *out, LicenseRelease *release) {
    if (release == NULL) {
        add(out, "null");
        return;
    }
    add(out, "{\"version\":");
    add_json_text(out, release->version);
    add(out, ",\"numericVersion\":");
    add_number(out, release->numeric_version);
    add(out, ",\"summary\":");
    add_json_text(out, release->summary);
    add(out, ",\"url\":");
    add_json_text(out, release->url);
    add(out, "}");
    free(release);
}

static void add_value(Buffer *out, License *license, Arena *arena, Json step) {
    Json args = json_member(arena, step, "args"), rest = args, arg = {NULL, NULL}, second = {NULL, NULL}, third;
    bool has_args = json_next(&rest, &arg);
    const char *method = member_text(arena, step, "do");
    const char *text = json_text(arena, arg);
    if (is_same(method, "activate")) add_verdict(out, license_activate(license, text));
    else if (is_same(method, "check")) add_verdict(out, has_args ? license_check_now(license) : license_check(license));
    else if (is_same(method, "deactivate")) add_verdict(out, license_deactivate(license));
    else if (is_same(method, "useOfflineFile")) add_verdict(out, license_use_offline_file(license, text));
    else if (is_same(method, "deviceName")) add_freed(out, license_device_name(license));
    else if (is_same(method, "feature")) add_feature(out, license, text);
    else if (is_same(method, "update")) add_update(out, license_update(license));
    else if (is_same(method, "offlineFile")) add_freed(out, license_offline_file(license, atoi(arg.at)));
    else if (is_same(method, "report") && json_next(&rest, &second) && json_next(&rest, &third)) {
        const char *value = json_text(arena, second), *version = json_text(arena, third);
        int is_told = value != NULL ? license_report_text(license, text, value, version, NULL)
                                    : license_report_number(license, text, atof(second.at), version, NULL);
        add(out, is_told ? "true" : "false");
    } else add(out, "null");
}

static void run(const char *line) {
    Arena arena;
    memset(&arena, 0, sizeof arena);
    Json step = json_of(line);
    LicenseOptions options;
    memset(&options, 0, sizeof options);
    options.api_key = member_text(&arena, step, "apiKey");
    options.server = member_text(&arena, step, "server");
    options.folder = member_text(&arena, step, "store");
    options.device = member_text(&arena, step, "device");
    options.bind_to_machine = *json_member(&arena, step, "isBound").at == 't';
    options.machine = member_text(&arena, step, "machine");
    options.now = number_in(&arena, step, "now");
    options.deadline_ms = (long)number_in(&arena, step, "deadlineMs");
    License *license = license_open(&options);
    Buffer out = buffer(&arena);
    add(&out, "{\"id\":");
    add_number(&out, number_in(&arena, step, "id"));
    add(&out, ",\"value\":");
    add_value(&out, license, &arena, step);
    add(&out, "}");
    puts(out.text);
    fflush(stdout);
    license_close(license);
    free_all(&arena);
}

int main(void) {
    size_t room = 1 << 20;
    char *line = (char *)malloc(room);
    while (line != NULL && fgets(line, (int)room, stdin) != NULL) run(line);
    free(line);
    return 0;
}
