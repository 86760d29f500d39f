package licensing;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.*;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.*;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.*;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Licensing: asks your Latchkey server whether this installation may run, believes signed answers only, and remembers
 * the last good one for the days without a network. Java 11 or later, nothing else.
 *
 * <pre>
 * Licensing licensing = new Licensing();
 * Licensing.Verdict verdict = licensing.activate(keyFromTheCustomer); // once
 * Licensing.Verdict verdict = licensing.check(); // at each start, and daily
 * if (!verdict.allowed) show(verdict.why, verdict.help);
 * </pre>
 *
 * No method throws: every one returns a value, and may wait for the network, so call them off the user's thread. Times
 * are Unix seconds.
 */
public final class Licensing {
    // Filled in when this file was printed.
    private static final String SERVER = "@server@";
    // The uuid of the product, and its name for messages.
    private static final String PRODUCT = "@product@";
    private static final String PRODUCT_NAME = "@product-name@";
    // An API key with the preset "client". Anybody can read it here, so never another one.
    private static final String API_KEY = "@api-key@";
    // How many days the program may go on after the last good answer.
    private static final int GRACE_DAYS = 7;
    // The public keys that may sign, DER in base64. Later ones are trusted if one of these has certified them.
    private static final String[] PUBLIC_KEYS = {"@public-keys@"};

    private static final long DAY = 86_400;
    private static final long CLOCK_ERROR = 300;
    private static final int ANSWER_BYTES_MAX = 1_000_000;
    private static final Set<Object> GOOD = Set.of(200L, 300L, 301L);

    private static final String LATER = "Check the internet connection; the program asks again later.";
    private static final String SET_CLOCK = "Set date and time, then try again.";
    private static final String NEW_FILE = "Ask for a new one.";
    private static final String WRITABLE = "Make the data folder of the program writable.";

    /** What each refusal means, and what helps the customer. All other codes say nothing about the licence. */
    private static final Map<Object, String[]> REFUSALS = Map.of(
        201L, texts("This licence key has not been sold.", "Ask the shop where you bought it."),
        202L, texts("The licence is not active on this device.", "Activate it again."),
        203L, texts(PRODUCT_NAME + " is not available at present.", "Contact the vendor."),
        204L, texts("This licence is blocked.", "Contact the vendor."),
        205L, texts("This licence has ended.", "Renew it."),
        210L, texts("There is no such licence key for " + PRODUCT_NAME + ".", "Check the key for typing errors."),
        215L, texts("The request named no device.", "Report this to the vendor: it is a fault of the program."),
        302L, texts("All seats of this licence are taken.", "Deactivate another device, or buy a further seat."),
        401L, texts("The licence was not active on this device.", "There is nothing to do."));

    /** What the server says of the licence; CANNOT_TELL if it said nothing that can be believed. */
    public enum Result { GOOD, REFUSED, CANNOT_TELL }

    public static final class Verdict {
        public final Result result;
        /** Whether the program may run: the licence is good, or was good lately while nobody can tell. */
        public final boolean allowed;
        /** A sentence for the customer, and what they can do. */
        public final String why;
        public final String help;
        /** The code of the answer; 0 if there was none that can be believed. */
        public final int code;
        /** Until when the program may run if the server stays silent; 0 for not at all. */
        public final long until;
        /** The seconds that the server asked to wait; otherwise 0. */
        public final long retryAfter;

        private Verdict(Result result, boolean allowed, String[] texts, Object code, long until, long retryAfter) {
            this.result = result;
            this.allowed = allowed;
            this.why = texts[0];
            this.help = texts[1];
            this.code = code instanceof Long ? ((Long) code).intValue() : 0;
            this.until = until;
            this.retryAfter = retryAfter;
        }
    }

    /** A published release; the address is good for some minutes. */
    public static final class Release {
        public final String version, summary, changelog, date, url;
        public final long numericVersion;

        private Release(Map<String, Object> listed) {
            version = text(listed, "version");
            summary = text(listed, "update_summary");
            changelog = text(listed, "changelog");
            date = text(listed, "release_date");
            url = text(listed, "url");
            numericVersion = number(listed, "numeric_version");
        }
    }

    /** What differs from the usual; null stands for the usual. */
    public static final class Options {
        public String apiKey = API_KEY;
        public String server = SERVER;
        /** Where to keep the licence; otherwise the user's folder for the data of programs. */
        public Path folder;
        /** The name of this device; otherwise the variable LICENSE_DEVICE, or a random one, made once and kept. */
        public String device;
        /** Take the machine's id, hashed with the product, instead of a random name. */
        public boolean bindToMachine;
        /** For tests: the time, the machine's id, how long a request may take and how long pauses are. */
        public LongSupplier now = () -> System.currentTimeMillis() / 1000;
        public String machineId;
        public Duration deadline = Duration.ofSeconds(10);
        public Duration pause = Duration.ofMillis(500);
    }

    /** Why there is no answer that can be believed. */
    @SuppressWarnings("serial")
    private static final class Doubt extends Exception {
        final String[] texts;
        final Object code;
        final long retryAfter;

        Doubt(String why, String help, Object code, long retryAfter) {
            super(why, null, false, false);
            this.texts = texts(why, help);
            this.code = code;
            this.retryAfter = retryAfter;
        }

        Doubt(String why, String help) {
            this(why, help, null, 0);
        }
    }

    /** One check in flight. */
    private static final Object TURN = new Object();

    /** It has the proxies of the platform. A redirection leads to a stranger's page. */
    private static final HttpClient HTTP = HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .build();

    private final Options options;
    private final Path path;
    private final String thisMachine;

    // What is kept between two starts: the name of the device and a hash of the machine, the licence key, the last good
    // answer and the last offline file as they were signed, the keys that the server listed, and moments: the latest
    // that was seen, when to ask next, when to ask again after failures, and when the server is no longer busy.
    private String ownName, machine, key, answer, file;
    private List<?> keys;
    private long latest, due, pausedUntil, busyUntil, failures;

    private String saved;
    private long now;
    private String device;
    private Set<String> trusted;

    public Licensing() {
        this(new Options());
    }

    public Licensing(Options options) {
        this.options = options;
        Path folder = options.folder == null ? usualFolder() : options.folder;
        path = folder.resolve("license-" + PRODUCT + ".json");
        String id = options.machineId == null ? machineId() : options.machineId;
        // Nobody can compare it with another product's.
        thisMachine = id.isEmpty() ? "" : sha256(PRODUCT + "\n" + id);
    }

    /** Takes a seat for this device. Call it when the customer enters a key. */
    public Verdict activate(String licenseKey) {
        return inTurn(() -> {
            String tidied = tidy(licenseKey);
            if (!tidied.equals(key)) forget(tidied);
            // Kept before the request: a device that is not known again would take a seat at each start.
            demand(save() || !device.equals(ownName), "This device cannot keep its licence.", WRITABLE);
            return decide("activate");
        }, this::cannotTell);
    }

    /** Says whether the program may run. Asks the server once a day, and answers from what it kept in between. */
    public Verdict check() {
        return check(false);
    }

    /** The same at once. */
    public Verdict checkNow() {
        return check(true);
    }

    private Verdict check(boolean isDue) {
        return inTurn(() -> {
            if (key.isEmpty()) return nothingEntered();
            long until = until();
            if (!isDue && until >= now && isAhead(due, DAY)) return good(null, until, "");
            boolean isPaused = isAhead(pausedUntil, 7200) || isAhead(busyUntil, 3600);
            demand(isDue || !isPaused, "The licence server did not answer lately.", LATER);
            return decide("verify");
        }, this::cannotTell);
    }

    /** Frees the seat of this device, and forgets the licence. */
    public Verdict deactivate() {
        return inTurn(() -> {
            if (key.isEmpty()) return nothingEntered();
            Map<String, Object> said = ask("deactivate", Map.of()).said;
            Object code = said.get("code");
            // This code alone is a text.
            boolean isFreed = "400".equals(code);
            if (isFreed || Long.valueOf(401).equals(code)) forget("");
            if (!isFreed) return judge(said);
            String[] texts = texts("The licence was deactivated on this device.", "");
            return new Verdict(Result.GOOD, false, texts, 400L, 0, 0);
        }, this::cannotTell);
    }

    /** The value of a feature: a Boolean, Long, Double or String; null without it, or while the program may not run. */
    public Object feature(String name) {
        return inTurn(() -> {
            OfflineFile kept = keptFile();
            return kept == null || until() < now ? null : kept.features.get(name);
        }, doubt -> null);
    }

    /** The newest published release; null if there is none, or nobody can tell. */
    public Release update() {
        return inTurn(() -> {
            Map<String, Object> said = ask("access-downloadables", Map.of()).said;
            List<?> releases = list(said.get("downloadables"));
            boolean isListed = Long.valueOf(600).equals(said.get("code")) && !releases.isEmpty();
            return isListed ? new Release(map(releases.get(0))) : null;
        }, doubt -> null);
    }

    /** Reports a number to the vendor, of a user; without one, of this device. Whether it arrived. */
    public boolean report(String group, Number value, String version, String user) {
        return report(group, "numeric-single-value", "numeric_data_single_value", plainNumber(value), version, user);
    }

    /** Reports a text in the same way. */
    public boolean report(String group, String value, String version, String user) {
        return report(group, "text", "text_data", value, version, user);
    }

    private boolean report(String group, String type, String field, String value, String version, String user) {
        return inTurn(() -> {
            Object code = ask("send-telemetry-data", Map.of(
                "user_identifier", user == null || user.isEmpty() ? device : user,
                "activation_identifier", device,
                "product_version", version,
                "data_group", group,
                "data_type", type,
                field, value)).said.get("code");
            return isReport(code);
        }, doubt -> false);
    }

    /** Fetches a file that holds for a day and these days more, keeps it, and returns its text; null without one. */
    public String offlineFile(int graceDays) {
        return inTurn(() -> {
            fetchFile(graceDays);
            return file;
        }, doubt -> null);
    }

    /** Takes a file that was fetched elsewhere for this device, which may never be online. */
    public Verdict useOfflineFile(String text) {
        return inTurn(() -> {
            OfflineFile given = openFile(text.trim());
            if (given.endsAt < now) return refused(205L);
            demand(!isSetBack() && given.lapsesAt >= now, "This file has lapsed.", NEW_FILE);
            file = text.trim();
            if (key.isEmpty()) key = given.key;
            return good(null, given.lapsesAt, "");
        }, this::cannotTell);
    }

    /** The name of this device, as the server knows it. Show it to customers whose machine is never online. */
    public String deviceName() {
        return inTurn(() -> device, doubt -> "");
    }

    // Asking and judging

    /** Runs work on what is kept, and keeps what has changed. Other processes wait, and find its answer. */
    private <T> T inTurn(Callable<T> work, Function<Doubt, T> otherwise) {
        synchronized (TURN) {
            FileChannel lock = lockOrNone(sha256(path.toString()) + ".lock");
            try {
                load();
                return work.call();
            } catch (Doubt doubt) {
                return otherwise.apply(doubt);
            } catch (Exception trouble) {
                return otherwise.apply(new Doubt("The licence server cannot be reached.", LATER));
            } finally {
                save();
                attempt(() -> {
                    if (lock != null) lock.close();
                    return null;
                }, null);
            }
        }
    }

    /** A lock until it is closed; null where the system gives none. */
    private static FileChannel lockOrNone(String name) {
        return attempt(() -> {
            Path path = Path.of(System.getProperty("java.io.tmpdir"), name);
            FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.lock();
            return channel;
        }, null);
    }

    /** What work returns, or something else where it fails. */
    private static <T> T attempt(Callable<T> work, T otherwise) {
        try {
            return work.call();
        } catch (Exception failure) {
            return otherwise;
        }
    }

    private Verdict decide(String endpoint) throws Doubt {
        // Until an answer says otherwise: a pause that grows, at random, so that copies do not come back together.
        long pause = Math.min(3600, 60L << Math.min(failures++, 9));
        pausedUntil = now + pause + random(pause / 4);
        Answer given = ask(endpoint, Map.of());
        Object code = given.said.get("code");
        if (!isGood(code)) return judge(given.said);
        answer = given.text;
        latest = now;
        // Copies that started together come back apart.
        due = now + DAY - random(4 * 3600);
        pausedUntil = failures = 0;
        // A file as good as the kept one has the licence's features and its end.
        OfflineFile kept = keptFile();
        long daysLeft = kept == null ? 0 : (kept.lapsesAt - now) / DAY;
        try {
            fetchFile(Math.max(Math.max(GRACE_DAYS, daysLeft), 1) - 1);
        } catch (Doubt none) {
            // The old one stays.
        }
        return good(code, until(), save() ? "" : WRITABLE);
    }

    /** What a genuine answer means that is not good. */
    private Verdict judge(Map<String, Object> said) throws Doubt {
        Object code = said.get("code");
        if (code == null || !REFUSALS.containsKey(code)) {
            throw new Doubt("The licence server says: " + said.get("message") + ".", LATER, code, 0);
        }
        // Or a customer who was refused could go on by pulling the plug.
        answer = file = "";
        due = pausedUntil = failures = 0;
        return refused(code);
    }

    private static Verdict good(Object code, long until, String note) {
        return new Verdict(Result.GOOD, true, texts("The licence is good.", note), code, until, 0);
    }

    private static Verdict refused(Object code) {
        return new Verdict(Result.REFUSED, false, REFUSALS.get(code), code, 0, 0);
    }

    private static Verdict nothingEntered() {
        String[] texts = texts("No licence key has been entered yet.", "Enter the key that you have bought.");
        return new Verdict(Result.REFUSED, false, texts, null, 0, 0);
    }

    private Verdict cannotTell(Doubt doubt) {
        latest = Math.max(now, latest);
        long until = until();
        return new Verdict(Result.CANNOT_TELL, until >= now, doubt.texts, doubt.code, until, doubt.retryAfter);
    }

    /** Until when the kept proofs let the program run; 0 for not at all. */
    private long until() {
        if (isSetBack()) return 0;
        Map<String, Object> said = keptAnswer();
        long graceEnd = said == null ? 0 : number(said, "timestamp") + GRACE_DAYS * DAY;
        OfflineFile kept = keptFile();
        return kept == null ? graceEnd : Math.min(kept.endsAt, Math.max(graceEnd, kept.lapsesAt));
    }

    private boolean isSetBack() {
        return now < latest - CLOCK_ERROR;
    }

    /** Whether a kept moment is still to come. One that is too far off was kept while the clock was wrong. */
    private boolean isAhead(long moment, long atMost) {
        return moment > now && moment <= now + atMost;
    }

    // Messages

    /** A signed answer: what it says, and the text it came in. */
    private static final class Answer {
        final Map<String, Object> said;
        final String text;

        Answer(Map<String, Object> said, String text) {
            this.said = said;
            this.text = text;
        }
    }

    /** Asks the server. Throws unless the answer is genuine, fresh, and about this key, device and product. */
    private Answer ask(String endpoint, Map<String, String> more) throws Doubt {
        Map<String, String> fields = new LinkedHashMap<>(more);
        fields.put("license_key", key);
        fields.put("identifier", device);
        String text = send(endpoint, fields);
        boolean isAnswer = map(Json.parse(text)).get("response_base64") instanceof String;
        demand(isAnswer, "Something else than the licence server has answered.", LATER);
        Map<String, Object> said = open(text, trusted);
        if (said == null && followKeys()) said = open(text, trusted);
        demand(said != null, "The answer was not signed by the licence server.", LATER);
        boolean isFresh = Math.abs(number(said, "timestamp") - now) <= CLOCK_ERROR;
        demand(isFresh, "The clock of this device is wrong.", SET_CLOCK);
        // Codes below 200 and above 9000 are about the request or the server.
        Object code = said.get("code");
        boolean isAboutRequest = code instanceof Long && ((Long) code < 200 || (Long) code >= 9000);
        boolean isToThis = fields.get("nonce").equals(said.get("nonce")) && isMine(said);
        demand(isAboutRequest || isToThis, "The answer is to another request.", LATER);
        return new Answer(said, text);
    }

    /** Whether an answer is about this licence key, device and product. */
    private boolean isMine(Map<String, Object> said) {
        Object code = said.get("code");
        if (!sha256(key).equals(said.get("license_key_sha256"))) return false;
        // A report goes without device and product, and 210 without a product: there is no such key, or none of it.
        if (isReport(code)) return true;
        boolean isProduct = Long.valueOf(210).equals(code) || PRODUCT.equals(said.get("product_uuid"));
        return isProduct && sha256(device).equals(said.get("identifier_sha256"));
    }

    private static boolean isGood(Object code) {
        return code != null && GOOD.contains(code);
    }

    private static boolean isReport(Object code) {
        return Long.valueOf(830).equals(code) || Long.valueOf(831).equals(code);
    }

    /** Posts a form, three times at most, each with a fresh nonce in the fields. Returns the body of the answer. */
    private String send(String endpoint, Map<String, String> fields) throws Doubt {
        long giveUp = System.nanoTime() + options.deadline.toNanos();
        for (int attempt = 1; ; attempt++) {
            if (isAhead(busyUntil, 3600)) {
                throw new Doubt("The licence server is busy.", "Try again later.", null, busyUntil - now);
            }
            boolean isLate = attempt > 3 || System.nanoTime() >= giveUp;
            demand(!isLate, "The licence server cannot be reached.", LATER);
            pause(options.pause.toMillis() * (attempt - 1));
            fields.put("nonce", randomHex());
            fields.put("product_id", PRODUCT);
            fields.put("signature_algorithm", "ES256");
            HttpResponse<String> reply = fetch(endpoint, fields, giveUp);
            if (reply == null) continue;
            String header = reply.headers().firstValue("retry-after").orElse("");
            long wait = header.matches("\\d{1,9}") ? Math.min(Long.parseLong(header), 3600) : 0;
            busyUntil = wait > 0 ? now + wait : 0;
            if (wait == 0 && (reply.statusCode() < 500 || attempt == 3)) return reply.body();
        }
    }

    /** The answer; null without a whole one. With fields, they are posted. */
    private HttpResponse<String> fetch(String endpoint, Map<String, String> fields, long giveUp) {
        String address = options.server.replaceAll("/+$", "") + "/api/v1/" + endpoint;
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address));
        if (fields != null) {
            request.header("Content-Type", "application/x-www-form-urlencoded");
            request.header("Authorization", "Bearer " + options.apiKey);
            request.POST(HttpRequest.BodyPublishers.ofString(query(fields)));
        }
        CompletableFuture<HttpResponse<String>> coming = HTTP.sendAsync(request.build(), about -> collect());
        try {
            return coming.get(Math.max(1, giveUp - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (Exception trouble) {
            // No answer.
        }
        coming.cancel(true);
        return null;
    }

    /** Takes a body, but no endless one. */
    private static BodySubscriber<String> collect() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        return BodySubscribers.mapping(BodySubscribers.ofByteArrayConsumer(part -> {
            if (body.size() > ANSWER_BYTES_MAX) throw new IllegalStateException("The answer is too long.");
            part.ifPresent(body::writeBytes);
        }), done -> body.toString(StandardCharsets.UTF_8));
    }

    private static String query(Map<String, String> fields) {
        return fields.entrySet().stream()
            .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
            .collect(Collectors.joining("&"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** What was signed; null unless one of these keys has signed it. */
    private static Map<String, Object> open(String text, Set<String> keys) {
        Map<String, Object> envelope = map(Json.parse(text));
        String signed = text(envelope, "response_base64");
        if (!isSigned(signed, envelope.get("signature"), keys)) return null;
        // Only what was signed counts: anybody on the way can change the "response" beside it.
        Map<String, Object> said = map(Json.parse(new String(bytes(signed), StandardCharsets.UTF_8)));
        return said.get("timestamp") instanceof Long && said.containsKey("code") ? said : null;
    }

    /** What the kept answer says, if it is still worth something. */
    private Map<String, Object> keptAnswer() {
        Map<String, Object> said = open(answer, trusted);
        boolean isGood = said != null && isGood(said.get("code")) && isMine(said);
        return isGood && number(said, "timestamp") <= now + CLOCK_ERROR ? said : null;
    }

    // Offline files

    private static final class OfflineFile {
        final String key;
        final Map<String, Object> features;
        final long endsAt, lapsesAt;

        OfflineFile(Map<String, Object> content) {
            Map<String, Object> license = map(content.get("license"));
            key = text(license, "key");
            features = map(license.get("features"));
            endsAt = license.get("ends_at") == null ? Long.MAX_VALUE : seconds(license, "ends_at");
            long graceEnd = seconds(license, "expires_at") + number(content, "grace_period_days") * DAY;
            lapsesAt = Math.min(graceEnd, endsAt);
        }
    }

    private void fetchFile(long graceDays) throws Doubt {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("identifier", device);
        fields.put("hardware_id", device);
        fields.put("grace_period_days", String.valueOf(graceDays));
        String text = send("licenses/" + encode(key) + "/offline-file", fields);
        demand(openFile(text).lapsesAt >= now, "This file has lapsed.", NEW_FILE);
        file = text;
    }

    private OfflineFile keptFile() {
        return attempt(() -> openFile(file), null);
    }

    private static final String MARK = ",\"signature\":\"";

    /** Reads an offline file. Throws unless it is genuine and for this device, licence and product. */
    private OfflineFile openFile(String text) throws Doubt {
        Map<String, Object> content = map(Json.parse(text));
        // The signature is over the file as it stands, without itself.
        String signature = text(content, "signature");
        int start = text.lastIndexOf(MARK + signature + '"');
        int end = start + MARK.length() + signature.length() + 1;
        boolean isGenuine = start > 0 && isSigned(text.substring(0, start) + text.substring(end), signature, trusted);
        demand(isGenuine, "This file was not signed by the licence server.", NEW_FILE);
        Map<String, Object> license = map(content.get("license"));
        boolean isForDevice = device.equals(license.get("hardware_id")) || device.equals(license.get("domain"));
        boolean isForKey = key.isEmpty() || plain(key).equals(plain(text(license, "key")));
        demand(isForDevice && isForKey, "This file is for another device or licence.", "Ask for one for this device.");
        // A file that names no product needs a good answer beside it, which does.
        Object product = content.get("product_uuid");
        boolean isForProduct = product == null ? keptAnswer() != null : PRODUCT.equals(product);
        demand(isForProduct, "This file is not for " + PRODUCT_NAME + ".", NEW_FILE);
        boolean isPast = seconds(content, "issued_at") <= now + CLOCK_ERROR;
        demand(isPast, "The clock of this device is wrong.", SET_CLOCK);
        return new OfflineFile(content);
    }

    // Keys and signatures

    /** Follows certificates to the keys that the server lists. Whether anything was learnt. */
    private boolean followKeys() {
        Map<String, String> asked = Map.of("product_id", PRODUCT, "signature_algorithm", "ES256");
        long giveUp = System.nanoTime() + options.deadline.toNanos();
        HttpResponse<String> reply = fetch("keys?" + query(asked), null, giveUp);
        if (reply == null) return false;
        String signed = text(map(Json.parse(reply.body())), "response_base64");
        List<?> listed = list(map(Json.parse(new String(bytes(signed), StandardCharsets.UTF_8))).get("keys"));
        Set<String> reached = reach(listed);
        Map<String, Object> said = open(reply.body(), reached);
        // Everybody gets the same list, so only its time shows that it is not an old one.
        if (said == null || Math.abs(number(said, "timestamp") - now) > CLOCK_ERROR) return false;
        keys = listed;
        trusted = reached;
        return true;
    }

    /** The keys that may sign: the printed ones, and those that certificates lead to; without retired ones. */
    private static Set<String> reach(List<?> listed) {
        Set<String> reached = new LinkedHashSet<>(Arrays.asList(PUBLIC_KEYS));
        for (int before = -1; before < reached.size(); ) {
            before = reached.size();
            for (Object each : listed) {
                for (Object other : listed) {
                    if (isCertified(map(each), map(other), reached)) reached.add(keyIn(map(each)));
                }
            }
        }
        for (Object each : listed) {
            if ("retired".equals(map(each).get("state"))) reached.remove(keyIn(map(each)));
        }
        return reached;
    }

    /** Whether a listed key has a certificate of another that may sign. */
    private static boolean isCertified(Map<String, Object> listed, Map<String, Object> by, Set<String> reached) {
        String signer = keyIn(by), id = text(by, "key_id");
        boolean isNews = !reached.contains(keyIn(listed)) && reached.contains(signer);
        if (!isNews || !id.equals(listed.get("certified_by"))) return false;
        byte[] der = bytes(keyIn(listed));
        String kind = isP256(der) ? "latchkey companion certificate" : "latchkey key certificate";
        String signed = String.join("\n", kind, id, text(listed, "key_id"), hex(digest(der)));
        return isSigned(signed, listed.get("certificate"), Set.of(signer));
    }

    private static String keyIn(Map<String, Object> listed) {
        return text(listed, "public_key").replaceAll("-----[^-]+-----|\\s", "");
    }

    /** The description of a key on P-256 has 91 bytes, of RSA at least 294. */
    private static boolean isP256(byte[] der) {
        return der.length == 91;
    }

    /** Whether one of these keys, RSA or P-256, has signed the text. */
    private static boolean isSigned(String text, Object signature, Set<String> keys) {
        if (!(signature instanceof String)) return false;
        byte[] given = bytes((String) signature), signed = text.getBytes(StandardCharsets.UTF_8);
        return keys.stream().map(Licensing::bytes).anyMatch(der -> attempt(() -> {
            Signature verifier = Signature.getInstance(isP256(der) ? "SHA256withECDSAinP1363Format" : "SHA256withRSA");
            KeyFactory factory = KeyFactory.getInstance(isP256(der) ? "EC" : "RSA");
            verifier.initVerify(factory.generatePublic(new X509EncodedKeySpec(der)));
            verifier.update(signed);
            return verifier.verify(given);
        }, false));
    }

    /** The bytes behind base64; none if it is none. */
    private static byte[] bytes(String base64) {
        return attempt(() -> Base64.getDecoder().decode(base64), new byte[0]);
    }

    private static byte[] digest(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String sha256(String text) {
        return hex(digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String hex(byte[] data) {
        StringBuilder text = new StringBuilder();
        for (byte each : data) text.append(String.format("%02x", each));
        return text.toString();
    }

    private static final SecureRandom RANDOM = new SecureRandom();

    private static String randomHex() {
        byte[] data = new byte[16];
        RANDOM.nextBytes(data);
        return hex(data);
    }

    /** A number from 0 up to this one. */
    private static long random(long atMost) {
        return RANDOM.nextInt((int) atMost + 1);
    }

    // Memory

    private void load() {
        now = options.now.getAsLong();
        saved = attempt(() -> Files.readString(path), "");
        // What is not of its kind is left out: somebody may have edited the file.
        Map<String, Object> kept = map(Json.parse(saved));
        machine = text(kept, "machine");
        if (!thisMachine.isEmpty() && !machine.isEmpty() && !machine.equals(thisMachine)) {
            // Copied from another machine: its seat stays there.
            kept = Map.of("key", text(kept, "key"));
        }
        if (!thisMachine.isEmpty()) machine = thisMachine;
        ownName = options.bindToMachine && !machine.isEmpty() ? machine : text(kept, "device");
        if (ownName.isEmpty()) ownName = randomHex();
        key = text(kept, "key");
        answer = text(kept, "answer");
        file = text(kept, "file");
        keys = list(kept.get("keys"));
        latest = number(kept, "latest");
        due = number(kept, "due");
        pausedUntil = number(kept, "pausedUntil");
        busyUntil = number(kept, "busyUntil");
        failures = Math.max(0, number(kept, "failures"));
        String named = options.device == null ? System.getenv("LICENSE_DEVICE") : options.device;
        device = named == null || named.isEmpty() ? ownName : named;
        trusted = reach(keys);
    }

    /** Replaces the file in one step, so that a crash leaves the old one. Whether it is kept. */
    private boolean save() {
        Map<String, Object> kept = new LinkedHashMap<>();
        kept.put("device", ownName);
        kept.put("machine", machine);
        kept.put("key", key);
        kept.put("answer", answer);
        kept.put("file", file);
        kept.put("keys", keys);
        kept.put("latest", latest);
        kept.put("due", due);
        kept.put("pausedUntil", pausedUntil);
        kept.put("busyUntil", busyUntil);
        kept.put("failures", failures);
        String text = Json.write(kept);
        if (text.equals(saved)) return true;
        boolean isKept = attempt(() -> {
            Files.createDirectories(path.getParent());
            File fresh = new File(path + ".new");
            fresh.createNewFile();
            // For the owner alone.
            fresh.setReadable(false, false);
            fresh.setReadable(true, true);
            StandardOpenOption[] anew = {StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING};
            try (FileChannel channel = FileChannel.open(fresh.toPath(), anew)) {
                ByteBuffer data = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (data.hasRemaining()) channel.write(data);
                channel.force(true);
            }
            Files.move(fresh.toPath(), path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return true;
        }, false);
        if (isKept) saved = text;
        return isKept;
    }

    /** Forgets the licence; who this device is stays. */
    private void forget(String nextKey) {
        key = nextKey;
        answer = file = "";
        due = pausedUntil = busyUntil = failures = 0;
    }

    // The platform

    private static final String SYSTEM = System.getProperty("os.name", "");

    /** The user's folder for the data of programs. */
    private static Path usualFolder() {
        String home = System.getProperty("user.home");
        String data = System.getenv(SYSTEM.startsWith("Windows") ? "APPDATA" : "XDG_DATA_HOME");
        if (SYSTEM.startsWith("Mac")) data = home + "/Library/Application Support";
        return Path.of(data == null || data.isEmpty() ? home + "/.local/share" : data, "licenses");
    }

    /** The id that the operating system has given this machine; empty where there is none. */
    private static String machineId() {
        return attempt(() -> {
            if (SYSTEM.startsWith("Mac")) {
                return found("IOPlatformUUID\" = \"([^\"]+)", "ioreg", "-rd1", "-c", "IOPlatformExpertDevice");
            }
            if (SYSTEM.startsWith("Windows")) {
                String folder = "HKLM\\SOFTWARE\\Microsoft\\Cryptography";
                return found("MachineGuid\\s+REG_SZ\\s+(\\S+)", "reg", "query", folder, "/v", "MachineGuid");
            }
            return Files.readString(Path.of("/etc/machine-id")).trim();
        }, "");
    }

    /** What a command says of this; empty if it says nothing. */
    private static String found(String pattern, String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        Matcher said = Pattern.compile(pattern).matcher(new String(process.getInputStream().readAllBytes()));
        return said.find() ? said.group(1) : "";
    }

    /** Waits about that long, at random, so that copies do not come back together. */
    private static void pause(long milliseconds) throws Doubt {
        try {
            Thread.sleep((milliseconds + random(2 * milliseconds)) / 2);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new Doubt("The program is about to end.", "Start it again.");
        }
    }

    // Texts

    private static String[] texts(String why, String help) {
        return new String[] {why, help};
    }

    private static void demand(boolean holds, String why, String help) throws Doubt {
        if (!holds) throw new Doubt(why, help);
    }

    /** A key as it was meant: without spaces around it or marks that nobody sees, and with plain hyphens. */
    private static String tidy(String key) {
        return key.replaceAll("[\\x{ad}\\x{200b}-\\x{200f}\\x{2060}\\x{feff}]", "")
            .replaceAll("[\\x{2010}-\\x{2015}\\x{2212}\\x{fe58}\\x{fe63}\\x{ff0d}]", "-")
            .replaceAll("[\\s\\p{Z}]+", " ")
            .trim();
    }

    /** A key without what the server overlooks. */
    private static String plain(String key) {
        return key.toUpperCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]", "");
    }

    private static String plainNumber(Number value) {
        return value.toString().matches("[-+.\\dEe]+") ? new BigDecimal(value.toString()).toPlainString() : "";
    }

    // JSON of whatever shape: what is not there is empty

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return value instanceof Map ? (Map<String, Object>) value : Map.of();
    }

    private static List<?> list(Object value) {
        return value instanceof List ? (List<?>) value : List.of();
    }

    private static String text(Map<String, Object> map, String name) {
        return map.get(name) instanceof String ? (String) map.get(name) : "";
    }

    private static long number(Map<String, Object> map, String name) {
        return map.get(name) instanceof Long ? (Long) map.get(name) : 0;
    }

    private static long seconds(Map<String, Object> map, String name) {
        return OffsetDateTime.parse(text(map, name)).toEpochSecond();
    }

    /** Reads and writes JSON as Map, List, String, Long, Double, Boolean and null. */
    private static final class Json {
        private static final int DEPTH_MAX = 50;
        private static final Pattern WORD =
            Pattern.compile("true|false|null|(-?\\d{1,18})(?![\\d.eE])|-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?");

        private final String text;
        private int at;

        private Json(String text) {
            this.text = text;
        }

        /** Null for what is no JSON. */
        static Object parse(String text) {
            Json json = new Json(text);
            Object value = attempt(() -> json.value(0), null);
            return json.next() == 0 ? value : null;
        }

        /** The next character that is no space; 0 at the end. */
        private char next() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
            return at < text.length() ? text.charAt(at) : 0;
        }

        private boolean takes(char wanted) {
            boolean isThere = next() == wanted;
            if (isThere) at++;
            return isThere;
        }

        private void expect(char wanted) {
            if (!takes(wanted)) throw new IllegalArgumentException();
        }

        private Object value(int depth) {
            if (depth > DEPTH_MAX) throw new IllegalArgumentException();
            if (next() == '"') return string();
            if (takes('[')) {
                List<Object> list = new ArrayList<>();
                return items(']', list, () -> list.add(value(depth + 1)));
            }
            if (takes('{')) {
                Map<String, Object> map = new LinkedHashMap<>();
                return items('}', map, () -> {
                    String name = string();
                    expect(':');
                    map.put(name, value(depth + 1));
                });
            }
            Matcher found = WORD.matcher(text).region(at, text.length());
            if (!found.lookingAt()) throw new IllegalArgumentException();
            at = found.end();
            String word = found.group();
            if (found.group(1) != null) return Long.valueOf(word);
            if (word.equals("true") || word.equals("false")) return word.equals("true");
            return word.equals("null") ? null : Double.valueOf(word);
        }

        private <T> T items(char end, T items, Runnable takeOne) {
            if (takes(end)) return items;
            do takeOne.run(); while (takes(','));
            expect(end);
            return items;
        }

        private String string() {
            expect('"');
            StringBuilder said = new StringBuilder();
            for (char each = text.charAt(at++); each != '"'; each = text.charAt(at++)) {
                if (each < ' ') throw new IllegalArgumentException();
                said.append(each == '\\' ? escaped(text.charAt(at++)) : each);
            }
            return said.toString();
        }

        private char escaped(char kind) {
            if (kind != 'u') return "\"\\/\b\f\n\r\t".charAt("\"\\/bfnrt".indexOf(kind));
            at += 4;
            return (char) Integer.parseUnsignedInt(text.substring(at - 4, at), 16);
        }

        static String write(Object value) {
            if (value instanceof List) {
                return list(value).stream().map(Json::write).collect(Collectors.joining(",", "[", "]"));
            }
            if (value instanceof Map) {
                return map(value).entrySet().stream()
                    .map(entry -> write(entry.getKey()) + ":" + write(entry.getValue()))
                    .collect(Collectors.joining(",", "{", "}"));
            }
            if (!(value instanceof String)) return String.valueOf(value);
            StringBuilder text = new StringBuilder("\"");
            for (char each : ((String) value).toCharArray()) {
                boolean isPlain = each >= ' ' && each != '"' && each != '\\' && !Character.isSurrogate(each);
                text.append(isPlain ? String.valueOf(each) : String.format("\\u%04x", (int) each));
            }
            return text.append('"').toString();
        }
    }
}
