<?php

// Two plugins of one site may both have such a file.
namespace Latchkey\Product;

/**
 * Licensing: asks your Latchkey server whether this installation may run, believes signed answers only, and remembers
 * the last good one for the days without a network. PHP 7.4 or later with the openssl extension; in WordPress it asks
 * by the HTTP functions of WordPress, and the site's address is the device.
 *
 *     $licensing = new \Latchkey\Product\Licensing(['apiKey' => 'lk_...']);
 *     $verdict = $licensing->activate($keyFromTheCustomer); // once
 *     $verdict = $licensing->check(); // daily, in a scheduled task; in between it answers from what it kept
 *     if (!$verdict['allowed']) {
 *         echo $verdict['why'], ' ', $verdict['help'];
 *     }
 *
 * Nothing here throws or warns: every method returns a value. A verdict is an array: `result` is "good", "refused" or
 * "cannot tell", what the server says of the licence; `allowed`, whether the program may run; `why` and `help`,
 * sentences for the customer; `code` of the answer, `until` when the program may run if the server stays silent, and
 * `retryAfter`, the seconds that the server asked to wait, or null. Times are Unix seconds.
 */
final class Licensing
{
    // Filled in when this file was printed.
    private const SERVER = "@server@";
    // The uuid of the product, and its name for messages.
    private const PRODUCT = "@product@";
    private const PRODUCT_NAME = "@product-name@";
    // An API key with the preset "client". Anybody can read it here, so never another one.
    private const API_KEY = "@api-key@";
    // How many days the program may go on after the last good answer.
    private const GRACE_DAYS = 7;
    // The public keys that may sign, DER in base64. Later ones are trusted if one of these has certified them.
    private const PUBLIC_KEYS = ["@public-keys@"];

    private const DAY = 86400;
    private const CLOCK_ERROR = 300;
    private const ANSWER_BYTES_MAX = 1000000;
    private const FILE_NAME = 'license-' . self::PRODUCT . '.json';
    private const GOOD = [200, 300, 301];
    private const LATER = 'Check the internet connection; the program asks again later.';

    // What each refusal means, and what helps the customer. All other codes say nothing about the licence.
    private const REFUSALS = [
        201 => ['This licence key has not been sold.', 'Ask the shop where you bought it.'],
        202 => ['The licence is not active on this device.', 'Activate it again.'],
        203 => [self::PRODUCT_NAME . ' is not available at present.', 'Contact the vendor.'],
        204 => ['This licence is blocked.', 'Contact the vendor.'],
        205 => ['This licence has ended.', 'Renew it.'],
        210 => ['There is no such licence key for ' . self::PRODUCT_NAME . '.', 'Check the key for typing errors.'],
        215 => ['The request named no device.', 'Report this to the vendor: it is a fault of the program.'],
        302 => ['All seats of this licence are taken.', 'Deactivate another device, or buy a further seat.'],
        401 => ['The licence was not active on this device.', 'There is nothing to do.'],
    ];

    private array $options;
    private array $memory = [];
    /** Keys that may sign, DER. */
    private array $trusted = [];

    /**
     * Options: `apiKey`, `server`, `graceDays`; `folder`, where to keep the licence (in WordPress, it is an option of the
     * site); `device`, the name of this device, otherwise the variable LICENSE_DEVICE, the site's address in WordPress,
     * or a random name, made once and kept; `bindToMachine`, to take the machine's id, hashed with the product, instead.
     * For tests: `now`, a function; `machine`, its id; `deadline` and `pause`, in seconds.
     */
    public function __construct(array $options = [])
    {
        $usual = ['apiKey' => self::API_KEY, 'server' => self::SERVER, 'graceDays' => self::GRACE_DAYS, 'device' => null];
        $tests = ['now' => 'time', 'machine' => null, 'deadline' => 10.0, 'pause' => 0.5];
        $this->options = $options + $usual + $tests + ['folder' => null, 'bindToMachine' => false];
    }

    /** Takes a seat for this device. Call it when the customer enters a key. */
    public function activate(string $licenseKey): array
    {
        return $this->quietly(function () use ($licenseKey) {
            $key = self::tidy($licenseKey);
            if ($key !== ($this->memory['key'] ?? null)) {
                $this->forget($key);
            }
            // Kept before the request: a device that is not known again would take a seat at each start.
            if (!$this->save() && $this->namedDevice() === null) {
                throw self::doubt('This device cannot keep its licence.', 'Make the data folder of the program writable.');
            }
            return $this->decide('activate');
        });
    }

    /** Says whether the program may run. Asks the server once a day, or at once with $isDue. */
    public function check(bool $isDue = false): array
    {
        return $this->quietly(function () use ($isDue) {
            if (!isset($this->memory['key'])) {
                return self::nothingEntered();
            }
            [$now, $until] = [$this->now(), $this->until()];
            $due = $this->memory['due'] ?? 0;
            if (!$isDue && $until >= $now && $now < $due && $due <= $now + self::DAY) {
                return self::good($until);
            }
            $pausedUntil = $this->memory['pausedUntil'] ?? 0;
            if (!$isDue && $now < $pausedUntil && $pausedUntil <= $now + 7200) {
                throw self::doubt('The licence server did not answer lately.');
            }
            return $this->decide('verify');
        });
    }

    /** Frees the seat of this device, and forgets the licence. */
    public function deactivate(): array
    {
        return $this->quietly(function () {
            if (!isset($this->memory['key'])) {
                return self::nothingEntered();
            }
            [$said] = $this->ask('deactivate');
            if (!in_array($said['code'], ['400', 400, 401], true)) {
                return $this->judge($said);
            }
            $this->forget();
            $this->save();
            return $said['code'] === 401
                ? self::refused(401)
                : self::verdict('good', false, 'The licence was deactivated on this device.', '', ['code' => 400]);
        });
    }

    /** The value of a feature of the licence; null without it, or while the program may not run. */
    public function feature(string $name)
    {
        return $this->quietly(function () use ($name) {
            $file = $this->keptFile();
            return $file && $this->until() >= $this->now() ? $file['features'][$name] ?? null : null;
        }, null);
    }

    /** The newest published release: version, numericVersion, summary, changelog, date and url; null if none is known. */
    public function update(): ?array
    {
        return $this->quietly(function () {
            [$said] = $this->ask('access-downloadables');
            $newest = $said['code'] === 600 ? $said['downloadables'][0] ?? null : null;
            return $newest === null ? null : [
                'version' => $newest['version'],
                'numericVersion' => $newest['numeric_version'],
                'summary' => $newest['update_summary'],
                'changelog' => $newest['changelog'],
                'date' => $newest['release_date'],
                // Where to download it; good for some minutes.
                'url' => $newest['url'],
            ];
        }, null);
    }

    /** Reports a number or a text to the vendor; whether it arrived. */
    public function report(string $group, $value, string $version, string $user = ''): bool
    {
        return $this->quietly(function () use ($group, $value, $version, $user) {
            $isText = is_string($value);
            [$said] = $this->ask('send-telemetry-data', [
                'user_identifier' => $user !== '' ? $user : $this->device(),
                'activation_identifier' => $this->device(),
                'product_version' => $version,
                'data_group' => $group,
                'data_type' => $isText ? 'text' : 'numeric-single-value',
                $isText ? 'text_data' : 'numeric_data_single_value' => (string) $value,
            ]);
            return $said['code'] === 830 || $said['code'] === 831;
        }, false);
    }

    /** Fetches a file that holds for a day and this many days more, keeps it, and returns its text; or null. */
    public function offlineFile(int $graceDays = 30): ?string
    {
        return $this->quietly(function () use ($graceDays) {
            $text = $this->fetchFile($graceDays);
            $this->save();
            return $text;
        }, null);
    }

    /** Takes a file that was fetched elsewhere for this device, which may never be online. */
    public function useOfflineFile(string $text): array
    {
        return $this->quietly(function () use ($text) {
            $file = $this->openFile(trim($text));
            if ($file['endsAt'] < $this->now()) {
                return self::refused(205);
            }
            if ($this->isSetBack() || $file['lapsesAt'] < $this->now()) {
                throw self::doubt('This file has lapsed.', 'Ask for a new one.');
            }
            $this->memory = ['file' => trim($text)] + $this->memory + ['key' => $file['key']];
            $this->save();
            return self::good($file['lapsesAt']);
        });
    }

    /** The name of this device, as the server knows it. Show it to customers whose machine is never online. */
    public function deviceName(): string
    {
        return $this->quietly(function () {
            $this->save();
            return $this->device();
        }, '');
    }

    // Asking and judging

    /** Runs work on what is kept, one at a time; trouble becomes a verdict, or the other value. */
    private function quietly(callable $work, ...$otherwise)
    {
        // Trouble on the way is a result, and no warning in somebody's page.
        set_error_handler(static fn () => true);
        $lock = $this->lock();
        try {
            $this->load();
            return $work();
        } catch (\Throwable $trouble) {
            return $otherwise ? $otherwise[0] : $this->cannotTell($trouble);
        } finally {
            if ($lock) {
                fclose($lock);
            }
            restore_error_handler();
        }
    }

    private function decide(string $endpoint): array
    {
        [$said, $text] = $this->ask($endpoint);
        if (!in_array($said['code'], self::GOOD, true)) {
            return $this->judge($said);
        }
        $now = $this->now();
        unset($this->memory['pausedUntil'], $this->memory['busyUntil'], $this->memory['failures']);
        // Copies that started together come back apart.
        $due = $now + self::DAY - random_int(0, 4 * 3600);
        $this->memory = ['answer' => $text, 'latest' => $now, 'due' => $due] + $this->memory;
        $this->renewFile();
        $note = $this->save() ? '' : 'It could not be kept: make the data folder of the program writable.';
        return ['help' => $note, 'code' => $said['code']] + self::good($this->until());
    }

    /** What a genuine answer means that is not good. */
    private function judge(array $said): array
    {
        $code = $said['code'];
        if (!is_int($code) || !isset(self::REFUSALS[$code])) {
            $message = is_string($said['message'] ?? null) ? $said['message'] : 'nothing';
            throw self::doubt("The licence server says: $message.", self::LATER, ['code' => is_int($code) ? $code : null]);
        }
        // Or a customer who was refused could go on by pulling the plug.
        unset($this->memory['answer'], $this->memory['file'], $this->memory['due'], $this->memory['failures']);
        $this->save();
        return self::refused($code);
    }

    private function cannotTell(\Throwable $trouble): array
    {
        [$now, $until] = [$this->now(), $this->until()];
        $known = $trouble instanceof LicensingDoubt ? $trouble : self::doubt('The licence server cannot be reached.');
        $wait = $known->more['retryAfter'] ?? 0;
        $failures = ($this->memory['failures'] ?? 0) + 1;
        $pause = min(3600, 60 * 2 ** min($failures - 1, 9)) * (1 + random_int(0, 250) / 1000);
        $this->memory['failures'] = $failures;
        $this->memory['pausedUntil'] = (int) ceil($now + max($pause, $wait));
        if ($wait > 0) {
            $this->memory['busyUntil'] = $now + $wait;
        }
        if (!$this->isSetBack()) {
            $this->memory['latest'] = max($now, $this->memory['latest'] ?? 0);
        }
        $this->save();
        $more = $known->more + ['until' => $until > 0 ? $until : null];
        return self::verdict('cannot tell', $until >= $now, $known->getMessage(), $known->help, $more);
    }

    /** Until when the kept proofs let the program run; 0 for not at all. */
    private function until()
    {
        if ($this->isSetBack()) {
            return 0;
        }
        [$file, $answer] = [$this->keptFile(), $this->keptAnswer()];
        $graceEnd = $answer ? $answer['timestamp'] + $this->options['graceDays'] * self::DAY : 0;
        return $file ? min($file['endsAt'], max($graceEnd, $file['lapsesAt'])) : $graceEnd;
    }

    private function isSetBack(): bool
    {
        return $this->now() < ($this->memory['latest'] ?? 0) - self::CLOCK_ERROR;
    }

    // Messages

    /** Asks the server. Throws unless the answer is genuine, fresh, and about this key, device and product. */
    private function ask(string $endpoint, array $more = []): array
    {
        [$now, $busyUntil] = [$this->now(), $this->memory['busyUntil'] ?? 0];
        if ($now < $busyUntil && $busyUntil <= $now + 3600) {
            throw self::doubt('The licence server is busy.', 'Try again later.', ['retryAfter' => $busyUntil - $now]);
        }
        $fields = $more + ['license_key' => $this->memory['key'] ?? '', 'identifier' => $this->device()];
        [$text, $nonce] = $this->send($endpoint, $fields);
        $said = self::open($text, $this->trusted);
        if ($said === null && $this->followKeys()) {
            $said = self::open($text, $this->trusted);
        }
        if ($said === null) {
            throw self::doubt('The answer was not signed by the licence server.');
        }
        if (abs($said['timestamp'] - $now) > self::CLOCK_ERROR) {
            throw self::doubt('The clock of this device is wrong.', 'Set date and time, then try again.');
        }
        // Codes below 200 and above 9000 are about the request or the server.
        $isAboutLicense = !is_int($said['code']) || ($said['code'] >= 200 && $said['code'] < 9000);
        if ($isAboutLicense && !(($said['nonce'] ?? null) === $nonce && $this->isMine($said))) {
            throw self::doubt('The answer is to another request.');
        }
        return [$said, $text];
    }

    /** Whether an answer is about this licence key, device and product. */
    private function isMine(array $said): bool
    {
        if (($said['license_key_sha256'] ?? null) !== hash('sha256', $this->memory['key'] ?? '')) {
            return false;
        }
        // A report goes without device and product, and 210 without a product: there is no such key, or none of it.
        if ($said['code'] === 830 || $said['code'] === 831) {
            return true;
        }
        $isOfDevice = ($said['identifier_sha256'] ?? null) === hash('sha256', $this->device());
        return $isOfDevice && ($said['code'] === 210 || ($said['product_uuid'] ?? null) === self::PRODUCT);
    }

    /** Posts a form, three times at most. Returns the body of the answer, and the nonce of its request. */
    private function send(string $endpoint, array $fields): array
    {
        $giveUp = microtime(true) + $this->options['deadline'];
        for ($attempt = 1; ; $attempt++) {
            $nonce = bin2hex(random_bytes(16));
            $form = ['nonce' => $nonce, 'product_id' => self::PRODUCT, 'signature_algorithm' => 'ES256'] + $fields;
            $answer = $this->fetch($this->address($endpoint), $form, $giveUp);
            if ($answer && $answer['wait'] > 0) {
                $more = ['retryAfter' => min($answer['wait'], 3600)];
                throw self::doubt('The licence server is busy.', 'Try again later.', $more);
            }
            if ($answer && ($answer['status'] < 500 || $attempt === 3)) {
                return [$answer['body'], $nonce];
            }
            if ($attempt === 3 || microtime(true) >= $giveUp) {
                throw self::doubt('The licence server cannot be reached.');
            }
            usleep((int) ($this->options['pause'] * $attempt * random_int(500000, 1500000)));
        }
    }

    /** The status, the body and the seconds to wait; null without a whole answer. With a form, it is posted. */
    private function fetch(string $url, ?array $form, float $giveUp): ?array
    {
        $seconds = max(0.01, $giveUp - microtime(true));
        $headers = $form ? ['Authorization' => 'Bearer ' . $this->options['apiKey']] : [];
        $method = $form ? 'POST' : 'GET';
        if (function_exists('wp_remote_request')) {
            $asked = ['method' => $method, 'timeout' => $seconds, 'redirection' => 0, 'headers' => $headers, 'body' => $form];
            $answer = wp_remote_request($url, $asked + ['limit_response_size' => self::ANSWER_BYTES_MAX]);
            return is_wp_error($answer) ? null : [
                'status' => (int) wp_remote_retrieve_response_code($answer),
                'body' => wp_remote_retrieve_body($answer),
                'wait' => (int) wp_remote_retrieve_header($answer, 'retry-after'),
            ];
        }
        $lines = ['Content-Type: application/x-www-form-urlencoded', 'Connection: close'];
        foreach ($headers as $name => $value) {
            $lines[] = "$name: $value";
        }
        // A redirection leads to a stranger's page.
        $stream = fopen($url, 'r', false, stream_context_create(['http' => [
            'method' => $method,
            'header' => $lines,
            'content' => $form ? http_build_query($form, '', '&') : '',
            'ignore_errors' => true,
            'follow_location' => 0,
            'timeout' => $seconds,
        ]]));
        if (!$stream) {
            return null;
        }
        $body = stream_get_contents($stream, self::ANSWER_BYTES_MAX);
        $received = implode("\n", stream_get_meta_data($stream)['wrapper_data'] ?? []);
        fclose($stream);
        $find = static fn (string $pattern) => preg_match($pattern, $received, $found) ? (int) $found[1] : null;
        $length = $find('/^content-length: *(\d+)/mi');
        $isWhole = is_string($body) && ($length === null || $length === strlen($body));
        $wait = $find('/^retry-after: *(\d+)/mi') ?? 0;
        return $isWhole ? ['status' => $find('/^HTTP\S+ (\d+)/') ?? 0, 'body' => $body, 'wait' => $wait] : null;
    }

    private function address(string $path): string
    {
        return rtrim($this->options['server'], '/') . '/api/v1/' . $path;
    }

    /** What was signed; null unless one of these keys has signed it. */
    private static function open(string $text, array $keys): ?array
    {
        $envelope = self::parse($text);
        [$signed, $signature] = [$envelope['response_base64'] ?? null, $envelope['signature'] ?? null];
        if (!is_string($signed) || !is_string($signature)) {
            throw self::doubt('Something else than the licence server has answered.');
        }
        if (!self::isSigned($signed, $signature, $keys)) {
            return null;
        }
        // Only what was signed counts: anybody on the way can change the "response" beside it.
        $said = self::parse((string) base64_decode($signed, true));
        return is_int($said['timestamp'] ?? null) && array_key_exists('code', $said) ? $said : null;
    }

    /** What the kept answer says, if it is still worth something. */
    private function keptAnswer(): ?array
    {
        try {
            $said = self::open($this->memory['answer'] ?? '', $this->trusted);
        } catch (LicensingDoubt $none) {
            return null;
        }
        $isGood = $said && in_array($said['code'], self::GOOD, true) && $this->isMine($said);
        return $isGood && $said['timestamp'] <= $this->now() + self::CLOCK_ERROR ? $said : null;
    }

    // Offline files

    /** Fetches a file as good as the kept one: it has the licence's features and its end. Without one, the old stays. */
    private function renewFile(): void
    {
        $kept = $this->keptFile();
        $daysLeft = $kept ? intdiv((int) $kept['lapsesAt'] - $this->now(), self::DAY) : 0;
        try {
            $this->fetchFile(max(0, $this->options['graceDays'] - 1, $daysLeft - 1));
        } catch (LicensingDoubt $none) {
            return;
        }
    }

    private function fetchFile(int $graceDays): string
    {
        $device = $this->device();
        $fields = ['identifier' => $device, 'hardware_id' => $device, 'grace_period_days' => (string) $graceDays];
        [$text] = $this->send('licenses/' . rawurlencode($this->memory['key'] ?? '') . '/offline-file', $fields);
        if ($this->openFile($text)['lapsesAt'] < $this->now()) {
            throw self::doubt('This file has lapsed.');
        }
        return $this->memory['file'] = $text;
    }

    private function keptFile(): ?array
    {
        try {
            return $this->openFile($this->memory['file'] ?? '');
        } catch (LicensingDoubt $none) {
            return null;
        }
    }

    /** Reads an offline file. Throws unless it is genuine and for this device, licence and product. */
    private function openFile(string $text): array
    {
        // The signature is over the file as it stands, without itself.
        $mark = ',"signature":"';
        $start = strrpos($text, $mark);
        $end = $start ? strpos($text, '"', $start + strlen($mark)) : false;
        $file = self::parse($text);
        $signature = $end ? substr($text, $start + strlen($mark), $end - $start - strlen($mark)) : null;
        $signed = $end ? substr($text, 0, $start) . substr($text, $end + 1) : '';
        if ($signature === null || ($file['signature'] ?? null) !== $signature
            || !self::isSigned($signed, $signature, $this->trusted)) {
            throw self::doubt('This file was not signed by the licence server.', 'Ask for a new one.');
        }
        $license = is_array($file['license'] ?? null) ? $file['license'] : [];
        [$issuedAt, $expiresAt] = [strtotime($file['issued_at'] ?? ''), strtotime($license['expires_at'] ?? '')];
        $endsAt = isset($license['ends_at']) ? strtotime($license['ends_at']) : INF;
        if ($issuedAt === false || $expiresAt === false || $endsAt === false || !is_string($license['key'] ?? null)) {
            throw self::doubt('This is no offline file.', 'Ask for a new one.');
        }
        $isMine = in_array($this->device(), [$license['hardware_id'] ?? null, $license['domain'] ?? null], true);
        $key = $this->memory['key'] ?? $license['key'];
        if (!$isMine || self::plain($key) !== self::plain($license['key'])) {
            throw self::doubt('This file is for another device or licence.', 'Ask for one for this device.');
        }
        // A file that names no product needs a good answer beside it, which does.
        $product = $file['product_uuid'] ?? null;
        if ($product === null ? !$this->keptAnswer() : $product !== self::PRODUCT) {
            throw self::doubt('This file is not for ' . self::PRODUCT_NAME . '.', 'Ask for a new one.');
        }
        if ($issuedAt > $this->now() + self::CLOCK_ERROR) {
            throw self::doubt('The clock of this device is wrong.', 'Set date and time, then try again.');
        }
        $lapsesAt = min($expiresAt + (int) ($file['grace_period_days'] ?? 0) * self::DAY, $endsAt);
        $features = is_array($license['features'] ?? null) ? $license['features'] : [];
        return ['key' => $license['key'], 'features' => $features, 'endsAt' => $endsAt, 'lapsesAt' => $lapsesAt];
    }

    // Keys and signatures

    /** Follows certificates to the keys that the server lists. Whether anything was learnt. */
    private function followKeys(): bool
    {
        $query = http_build_query(['product_id' => self::PRODUCT, 'signature_algorithm' => 'ES256'], '', '&');
        $answer = $this->fetch($this->address("keys?$query"), null, microtime(true) + $this->options['deadline']);
        if (!$answer) {
            return false;
        }
        $encoded = self::parse($answer['body'])['response_base64'] ?? '';
        $listed = self::listed(self::parse((string) base64_decode(is_string($encoded) ? $encoded : '', true))['keys'] ?? []);
        $reached = self::reach($listed);
        $said = self::open($answer['body'], $reached);
        // Everybody gets the same list, so only its time shows that it is not an old one.
        if (!$said || abs($said['timestamp'] - $this->now()) > self::CLOCK_ERROR) {
            return false;
        }
        [$this->memory['keys'], $this->trusted] = [$listed, $reached];
        return true;
    }

    /** The keys of a list that are described as keys are. */
    private static function listed($keys): array
    {
        $isText = static fn ($row) => is_array($row) && is_string($row['public_key'] ?? null) && is_string($row['key_id'] ?? null);
        return is_array($keys) ? array_values(array_filter($keys, $isText)) : [];
    }

    /** The keys that may sign: the printed ones, and those that certificates lead to; without retired ones. */
    private static function reach(array $listed): array
    {
        $derOf = static fn (array $row) => (string) base64_decode(preg_replace('/-----[^-]+-----|\s/', '', $row['public_key']), true);
        $reached = array_map('base64_decode', self::PUBLIC_KEYS);
        for ($before = -1; $before < count($reached);) {
            $before = count($reached);
            foreach ($listed as $row) {
                foreach ($listed as $certifier) {
                    [$key, $signer] = [$derOf($row), $derOf($certifier)];
                    $isCertifier = $certifier['key_id'] === ($row['certified_by'] ?? null) && in_array($signer, $reached, true);
                    if (!$isCertifier || in_array($key, $reached, true)) {
                        continue;
                    }
                    // The description of a companion on P-256 has 91 bytes, of RSA at least 294.
                    $kind = strlen($key) === 91 ? 'companion' : 'key';
                    $lines = ["latchkey $kind certificate", $certifier['key_id'], $row['key_id'], hash('sha256', $key)];
                    if (self::isSigned(implode("\n", $lines), (string) ($row['certificate'] ?? ''), [$signer])) {
                        $reached[] = $key;
                    }
                }
            }
        }
        $retired = array_map($derOf, array_filter($listed, static fn ($row) => ($row['state'] ?? '') === 'retired'));
        return array_values(array_diff($reached, $retired));
    }

    /** Whether one of these keys, RSA or P-256, has signed the text. */
    private static function isSigned(string $text, string $signature, array $keys): bool
    {
        $given = (string) base64_decode($signature, true);
        foreach ($keys as $der) {
            $pem = "-----BEGIN PUBLIC KEY-----\n" . chunk_split(base64_encode($der), 64, "\n") . "-----END PUBLIC KEY-----\n";
            $key = openssl_pkey_get_public($pem);
            $type = $key ? openssl_pkey_get_details($key)['type'] : null;
            if ($type === OPENSSL_KEYTYPE_EC && strlen($given) !== 64) {
                continue;
            }
            $fit = $type === OPENSSL_KEYTYPE_EC ? self::asDer($given) : $given;
            if ($key && openssl_verify($text, $fit, $key, OPENSSL_ALGO_SHA256) === 1) {
                return true;
            }
        }
        return false;
    }

    /** A signature on P-256 as OpenSSL has it: two integers in a sequence, instead of 32 bytes each. */
    private static function asDer(string $signature): string
    {
        $integers = '';
        foreach (str_split($signature, 32) as $number) {
            $number = ltrim($number, "\0");
            $number = $number === '' || ord($number[0]) > 127 ? "\0$number" : $number;
            $integers .= "\x02" . chr(strlen($number)) . $number;
        }
        return "\x30" . chr(strlen($integers)) . $integers;
    }

    // Memory

    private function load(): void
    {
        $kept = self::parse($this->isInWordPress() ? (string) get_option(self::FILE_NAME, '') : (string) file_get_contents($this->path()));
        // Without what is not of its kind: somebody may have edited the file.
        $texts = array_intersect_key($kept, array_flip(['device', 'machine', 'key', 'answer', 'file']));
        $numbers = array_intersect_key($kept, array_flip(['latest', 'due', 'pausedUntil', 'busyUntil', 'failures']));
        $this->memory = array_filter($texts, 'is_string') + array_filter($numbers, 'is_int');
        $this->memory['keys'] = self::listed($kept['keys'] ?? []);
        $id = $this->options['machine'] ?? self::machineId();
        $machine = $id ? hash('sha256', self::PRODUCT . "\n$id") : null;
        if ($machine && ($this->memory['machine'] ?? $machine) !== $machine) {
            // Copied from another machine: its seat stays there.
            $this->memory = array_intersect_key($this->memory, ['key' => true]);
        }
        $bound = $this->options['bindToMachine'] ? $machine : null;
        $this->memory = array_filter(['machine' => $machine, 'device' => $bound]) + $this->memory;
        $this->memory += ['device' => bin2hex(random_bytes(16))];
        $this->trusted = self::reach($this->memory['keys'] ?? []);
    }

    /** Replaces the file in one step, so that a crash leaves the old one. Whether it was kept. */
    private function save(): bool
    {
        $text = (string) json_encode($this->memory, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE);
        if ($this->isInWordPress()) {
            return update_option(self::FILE_NAME, $text, false) || get_option(self::FILE_NAME) === $text;
        }
        $fresh = $this->path() . '.new';
        if (!is_dir(dirname($fresh)) && !mkdir(dirname($fresh), 0700, true)) {
            return false;
        }
        $file = fopen($fresh, 'w');
        if (!$file) {
            return false;
        }
        chmod($fresh, 0600);
        $isWritten = fwrite($file, $text) === strlen($text) && fflush($file);
        // From PHP 8.1 on.
        $isSynced = !function_exists('fsync') || fsync($file);
        fclose($file);
        return $isWritten && $isSynced && rename($fresh, $this->path());
    }

    /** One check in flight; other processes wait for it, and find its answer. */
    private function lock()
    {
        $file = fopen(sys_get_temp_dir() . '/' . hash('sha256', $this->path()) . '.lock', 'c');
        return $file && flock($file, LOCK_EX) ? $file : null;
    }

    /** Forgets the licence; who this device is stays. */
    private function forget(?string $key = null): void
    {
        $kept = array_flip(['device', 'machine', 'keys', 'latest']);
        $this->memory = array_intersect_key($this->memory, $kept) + ($key === null ? [] : ['key' => $key]);
    }

    private function now(): int
    {
        return (int) ($this->options['now'])();
    }

    private function namedDevice(): ?string
    {
        // A copy of the site for tests has another address, and so a seat of its own.
        $site = function_exists('home_url') ? preg_replace('#^https?://#', '', strtolower(home_url())) : null;
        return ($this->options['device'] ?: getenv('LICENSE_DEVICE')) ?: $site;
    }

    private function device(): string
    {
        return $this->namedDevice() ?? $this->memory['device'] ?? '';
    }

    private function isInWordPress(): bool
    {
        return $this->options['folder'] === null && function_exists('update_option');
    }

    /** The file, in the folder that was named, or the user's folder for the data of programs. */
    private function path(): string
    {
        $home = getenv('HOME') ?: sys_get_temp_dir();
        $usual = (getenv('APPDATA') ?: getenv('XDG_DATA_HOME') ?: "$home/.local/share") . '/licenses';
        return ($this->options['folder'] ?? $usual) . '/' . self::FILE_NAME;
    }

    /** The id that the operating system has given this machine; null where there is none or PHP may not read it. */
    private static function machineId(): ?string
    {
        return trim((string) (is_readable('/etc/machine-id') ? file_get_contents('/etc/machine-id') : '')) ?: null;
    }

    // Texts

    private static function verdict(string $result, bool $allowed, string $why, string $help, array $more = []): array
    {
        return compact('result', 'allowed', 'why', 'help') + $more + ['code' => null, 'until' => null, 'retryAfter' => null];
    }

    private static function good($until): array
    {
        return self::verdict('good', true, 'The licence is good.', '', ['until' => $until === INF ? null : $until]);
    }

    private static function refused(int $code): array
    {
        return self::verdict('refused', false, ...array_merge(self::REFUSALS[$code], [['code' => $code]]));
    }

    private static function nothingEntered(): array
    {
        return self::verdict('refused', false, 'No licence key has been entered yet.', 'Enter the key that you have bought.');
    }

    private static function doubt(string $why, string $help = self::LATER, array $more = []): LicensingDoubt
    {
        return new LicensingDoubt($why, $help, $more);
    }

    /** A key as it was meant: without spaces around it or marks that nobody sees, and with plain hyphens. */
    private static function tidy(string $key): string
    {
        $seen = preg_replace('/[\x{ad}\x{200b}-\x{200f}\x{2060}\x{feff}]/u', '', $key) ?? $key;
        $hyphened = preg_replace('/[\x{2010}-\x{2015}\x{2212}\x{fe58}\x{fe63}\x{ff0d}]/u', '-', $seen) ?? $seen;
        return trim(preg_replace('/[\s\p{Z}]+/u', ' ', $hyphened) ?? $hyphened);
    }

    /** A key without what the server overlooks. */
    private static function plain(string $key): string
    {
        return strtoupper(preg_replace('/[^\p{L}\p{N}]/u', '', $key) ?? $key);
    }

    private static function parse(string $text): array
    {
        $value = json_decode($text, true);
        return is_array($value) ? $value : [];
    }
}

/** Why there is no answer that can be believed. */
final class LicensingDoubt extends \Exception
{
    public string $help;
    public array $more;

    public function __construct(string $why, string $help, array $more)
    {
        parent::__construct($why);
        [$this->help, $this->more] = [$help, $more];
    }
}
