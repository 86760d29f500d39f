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
    private const GOOD = [200, 300, 301];
    // What is kept between two starts, and of which kind each is.
    private const NOTHING_KEPT = [
        'device' => '', 'machine' => '', 'key' => '', 'answer' => '', 'file' => '', 'keys' => [],
        'latest' => 0, 'due' => 0, 'pausedUntil' => 0, 'busyUntil' => 0, 'failures' => 0,
    ];

    // What is said more than once.
    private const IS_GOOD = ['The licence is good.', ''];
    private const NO_KEY = ['No licence key has been entered yet.', 'Enter the key that you have bought.'];
    private const WRONG_CLOCK = ['The clock of this device is wrong.', 'Set date and time, then try again.'];
    private const BUSY = ['The licence server is busy.', 'Try again later.'];
    private const UNREACHABLE = ['The licence server cannot be reached.', self::LATER];
    private const LATER = 'Check the internet connection; the program asks again later.';
    private const NEW_FILE = 'Ask for a new one.';
    private const WRITABLE = 'Make the data folder of the program writable.';

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
    /** Where the licence is kept: this file, or in WordPress an option of the site. */
    private string $path;
    private bool $isOption;
    /** What is kept, as text and as data. */
    private ?string $saved = null;
    private array $memory = self::NOTHING_KEPT;
    /** The time, the name of this device, and the keys that may sign, as DER. */
    private int $now = 0;
    private string $device = '';
    private array $trusted = [];

    /**
     * Options: `apiKey`, `server`; `folder`, where to keep the licence (in WordPress, it is an option of the site);
     * `device`, the name of this device, otherwise the variable LICENSE_DEVICE, the site's address in WordPress, or a
     * random name, made once and kept; `bindToMachine`, to take the machine's id, hashed with the product, instead.
     * For tests: `now`, a function; `machine`, its id; `deadline` and `pause`, in seconds.
     */
    public function __construct(array $options = [])
    {
        $usual = ['apiKey' => self::API_KEY, 'server' => self::SERVER, 'folder' => null, 'device' => null];
        $tests = ['now' => 'time', 'machine' => null, 'deadline' => 10.0, 'pause' => 0.5];
        $this->options = $options + $usual + $tests + ['bindToMachine' => false];
        $home = getenv('HOME') ?: sys_get_temp_dir();
        $data = getenv('APPDATA') ?: getenv('XDG_DATA_HOME') ?: "$home/.local/share";
        $this->path = ($this->options['folder'] ?? "$data/licenses") . '/license-' . self::PRODUCT . '.json';
        $this->isOption = $this->options['folder'] === null && function_exists('update_option');
    }

    /** Takes a seat for this device. Call it when the customer enters a key. */
    public function activate(string $licenseKey): array
    {
        return $this->quietly(function () use ($licenseKey) {
            $key = self::tidy($licenseKey);
            if ($key !== $this->memory['key']) {
                $this->forget($key);
            }
            // Kept before the request: a device that is not known again would take a seat at each start.
            $isKnown = $this->save() || $this->device !== $this->memory['device'];
            self::demand($isKnown, 'This device cannot keep its licence.', self::WRITABLE);
            return $this->decide('activate');
        });
    }

    /** Says whether the program may run. Asks the server once a day, or at once with $isDue. */
    public function check(bool $isDue = false): array
    {
        return $this->quietly(function () use ($isDue) {
            if ($this->memory['key'] === '') {
                return self::verdict('refused', false, self::NO_KEY);
            }
            $until = $this->until();
            if (!$isDue && $until >= $this->now && $this->isAhead('due', self::DAY)) {
                return self::verdict('good', true, self::IS_GOOD, ['until' => $until]);
            }
            $isPaused = $this->isAhead('pausedUntil', 7200) || $this->isAhead('busyUntil', 3600);
            self::demand($isDue || !$isPaused, 'The licence server did not answer lately.');
            return $this->decide('verify');
        });
    }

    /** Frees the seat of this device, and forgets the licence. */
    public function deactivate(): array
    {
        return $this->quietly(function () {
            if ($this->memory['key'] === '') {
                return self::verdict('refused', false, self::NO_KEY);
            }
            [$said] = $this->ask('deactivate');
            $isFreed = $said['code'] === '400';
            if ($isFreed || $said['code'] === 401) {
                $this->forget('');
            }
            $freed = ['The licence was deactivated on this device.', ''];
            return $isFreed ? self::verdict('good', false, $freed, ['code' => 400]) : $this->judge($said);
        });
    }

    /** The value of a feature of the licence; null without it, or while the program may not run. */
    public function feature(string $name)
    {
        return $this->quietly(function () use ($name) {
            return $this->until() >= $this->now ? $this->keptFile()['features'][$name] ?? null : null;
        }, null);
    }

    /**
     * The newest published release: version, numericVersion, summary, changelog, date and url, where to download it for
     * some minutes; null if none is known.
     */
    public function update(): ?array
    {
        return $this->quietly(function () {
            [$said] = $this->ask('access-downloadables');
            $newest = $said['code'] === 600 ? $said['downloadables'][0] ?? null : null;
            return $newest === null ? null : [
                'version' => $newest['version'], 'numericVersion' => $newest['numeric_version'],
                'summary' => $newest['update_summary'], 'changelog' => $newest['changelog'],
                'date' => $newest['release_date'], 'url' => $newest['url'],
            ];
        }, null);
    }

    /** Reports a number or a text to the vendor, of a user or of the device; whether it arrived. */
    public function report(string $group, $value, string $version, string $user = ''): bool
    {
        return $this->quietly(function () use ($group, $value, $version, $user) {
            $isText = is_string($value);
            [$said] = $this->ask('send-telemetry-data', [
                'user_identifier' => $user !== '' ? $user : $this->device,
                'activation_identifier' => $this->device,
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
        return $this->quietly(fn () => $this->fetchFile($graceDays), null);
    }

    /** Takes a file that was fetched elsewhere for this device, which may never be online. */
    public function useOfflineFile(string $text): array
    {
        return $this->quietly(function () use ($text) {
            $file = $this->openFile(trim($text));
            if ($file['endsAt'] < $this->now) {
                return self::verdict('refused', false, self::REFUSALS[205], ['code' => 205]);
            }
            $isValid = $file['lapsesAt'] >= $this->now && !$this->isSetBack();
            self::demand($isValid, 'This file has lapsed.', self::NEW_FILE);
            $this->memory['file'] = trim($text);
            $this->memory['key'] = $this->memory['key'] ?: $file['key'];
            return self::verdict('good', true, self::IS_GOOD, ['until' => $file['lapsesAt']]);
        });
    }

    /** The name of this device, as the server knows it. Show it to customers whose machine is never online. */
    public function deviceName(): string
    {
        return $this->quietly(fn () => $this->device, '');
    }

    // Asking and judging

    /** Runs work on what is kept, and keeps what has changed. Trouble becomes a verdict, or the other value. */
    private function quietly(callable $work, ...$otherwise)
    {
        // Trouble on the way is a result, and no warning in somebody's page.
        set_error_handler(static fn () => true);
        // One check in flight: other processes wait for it, and find its answer.
        $lock = fopen(sys_get_temp_dir() . '/' . hash('sha256', $this->path) . '.lock', 'c');
        try {
            $lock && flock($lock, LOCK_EX);
            $this->load();
            return $work();
        } catch (\Throwable $trouble) {
            return $otherwise ? $otherwise[0] : $this->cannotTell($trouble);
        } finally {
            $this->save();
            $lock && fclose($lock);
            restore_error_handler();
        }
    }

    private function decide(string $endpoint): array
    {
        // Until an answer says otherwise: a pause that grows, at random, so that copies do not come back together.
        $pause = min(3600, 60 * 2 ** min(max($this->memory['failures']++, 0), 9));
        $this->memory['pausedUntil'] = $this->now + random_int($pause, intdiv($pause * 5, 4));
        [$said, $text] = $this->ask($endpoint);
        if (!in_array($said['code'], self::GOOD, true)) {
            return $this->judge($said);
        }
        // Copies that started together come back apart.
        $due = $this->now + self::DAY - random_int(0, 4 * 3600);
        $kept = ['answer' => $text, 'latest' => $this->now, 'due' => $due, 'pausedUntil' => 0, 'failures' => 0];
        $this->memory = array_replace($this->memory, $kept);
        // A file as good as the kept one has the licence's features and its end.
        $daysLeft = intdiv(($this->keptFile()['lapsesAt'] ?? 0) - $this->now, self::DAY);
        try {
            $this->fetchFile(max(self::GRACE_DAYS, $daysLeft, 1) - 1);
        } catch (LicensingDoubt $none) {
            // The old one stays.
        }
        $more = ['until' => $this->until(), 'code' => $said['code']];
        return self::verdict('good', true, [self::IS_GOOD[0], $this->save() ? '' : self::WRITABLE], $more);
    }

    /** What a genuine answer means that is not good. */
    private function judge(array $said): array
    {
        $code = is_int($said['code']) ? $said['code'] : null;
        if (!isset(self::REFUSALS[$code])) {
            $why = 'The licence server says: ' . ($said['message'] ?? 'nothing') . '.';
            throw new LicensingDoubt([$why, self::LATER], ['code' => $code]);
        }
        // Or a customer who was refused could go on by pulling the plug.
        $none = ['answer' => '', 'file' => '', 'due' => 0, 'pausedUntil' => 0, 'failures' => 0];
        $this->memory = array_replace($this->memory, $none);
        return self::verdict('refused', false, self::REFUSALS[$code], ['code' => $code]);
    }

    private function cannotTell(\Throwable $trouble): array
    {
        $known = $trouble instanceof LicensingDoubt ? $trouble : new LicensingDoubt(self::UNREACHABLE);
        $this->memory['latest'] = max($this->now, $this->memory['latest']);
        $until = $this->until();
        $more = $known->more + ['until' => $until ?: null];
        return self::verdict('cannot tell', $until >= $this->now, $known->texts, $more);
    }

    /** Until when the kept proofs let the program run; 0 for not at all. */
    private function until(): int
    {
        if ($this->isSetBack()) {
            return 0;
        }
        [$file, $answer] = [$this->keptFile(), $this->keptAnswer()];
        $graceEnd = $answer ? $answer['timestamp'] + self::GRACE_DAYS * self::DAY : 0;
        return $file ? min($file['endsAt'], max($graceEnd, $file['lapsesAt'])) : $graceEnd;
    }

    private function isSetBack(): bool
    {
        return $this->now < $this->memory['latest'] - self::CLOCK_ERROR;
    }

    /** Whether a kept moment is still to come. One that is too far off was kept while the clock was wrong. */
    private function isAhead(string $moment, int $atMost): bool
    {
        $seconds = $this->memory[$moment] - $this->now;
        return $seconds > 0 && $seconds <= $atMost;
    }

    // Messages

    /** Asks the server. Throws unless the answer is genuine, fresh, and about this key, device and product. */
    private function ask(string $endpoint, array $more = []): array
    {
        $fields = $more + ['license_key' => $this->memory['key'], 'identifier' => $this->device];
        [$text, $nonce] = $this->send($endpoint, $fields);
        $isAnswer = isset(((array) json_decode($text, true))['response_base64']);
        self::demand($isAnswer, 'Something else than the licence server has answered.');
        $said = self::open($text, $this->trusted) ?? ($this->followKeys() ? self::open($text, $this->trusted) : null);
        self::demand($said !== null, 'The answer was not signed by the licence server.');
        self::demand(abs($said['timestamp'] - $this->now) <= self::CLOCK_ERROR, ...self::WRONG_CLOCK);
        // Codes below 200 and above 9000 are about the request or the server.
        $isAboutRequest = is_int($said['code']) && ($said['code'] < 200 || $said['code'] >= 9000);
        $isToThis = ($said['nonce'] ?? null) === $nonce && $this->isMine($said);
        self::demand($isAboutRequest || $isToThis, 'The answer is to another request.');
        return [$said, $text];
    }

    /** Whether an answer is about this licence key, device and product. */
    private function isMine(array $said): bool
    {
        // A report goes without device and product, and 210 without a product: there is no such key, or none of it.
        $isReport = $said['code'] === 830 || $said['code'] === 831;
        return ($said['license_key_sha256'] ?? null) === hash('sha256', $this->memory['key'])
            && ($isReport || ($said['identifier_sha256'] ?? null) === hash('sha256', $this->device))
            && ($isReport || $said['code'] === 210 || ($said['product_uuid'] ?? null) === self::PRODUCT);
    }

    /** Posts a form, three times at most. Returns the body of the answer, and the nonce of its request. */
    private function send(string $endpoint, array $fields): array
    {
        $giveUp = microtime(true) + $this->options['deadline'];
        for ($attempt = 1; ; $attempt++) {
            if ($this->isAhead('busyUntil', 3600)) {
                throw new LicensingDoubt(self::BUSY, ['retryAfter' => $this->memory['busyUntil'] - $this->now]);
            }
            if ($attempt > 3 || microtime(true) >= $giveUp) {
                throw new LicensingDoubt(self::UNREACHABLE);
            }
            usleep((int) ($this->options['pause'] * ($attempt - 1) * random_int(500000, 1500000)));
            $nonce = bin2hex(random_bytes(16));
            $form = ['nonce' => $nonce, 'product_id' => self::PRODUCT, 'signature_algorithm' => 'ES256'] + $fields;
            $answer = $this->fetch($endpoint, $form, $giveUp);
            $wait = min($answer['wait'] ?? 0, 3600);
            $this->memory['busyUntil'] = $wait > 0 ? $this->now + $wait : 0;
            if ($answer && $wait <= 0 && ($answer['status'] < 500 || $attempt === 3)) {
                return [$answer['body'], $nonce];
            }
        }
    }

    /** The status, the body and the seconds to wait; null without a whole answer. With a form, it is posted. */
    private function fetch(string $path, ?array $form, float $giveUp): ?array
    {
        $url = rtrim($this->options['server'], '/') . "/api/v1/$path";
        $headers = $form ? ['Authorization' => 'Bearer ' . $this->options['apiKey']] : [];
        // A redirection leads to a stranger's page.
        $asked = ['method' => $form ? 'POST' : 'GET', 'timeout' => max(0.01, $giveUp - microtime(true))];
        if (function_exists('wp_remote_request')) {
            $asked += ['redirection' => 0, 'limit_response_size' => self::ANSWER_BYTES_MAX];
            $answer = wp_remote_request($url, $asked + ['headers' => $headers, 'body' => $form]);
            return is_wp_error($answer) ? null : [
                'status' => (int) wp_remote_retrieve_response_code($answer),
                'body' => wp_remote_retrieve_body($answer),
                'wait' => (int) wp_remote_retrieve_header($answer, 'retry-after'),
            ];
        }
        $asked += ['follow_location' => 0, 'ignore_errors' => true];
        $headers += ['Content-Type' => 'application/x-www-form-urlencoded', 'Connection' => 'close'];
        $asked['header'] = array_map(static fn ($name, $value) => "$name: $value", array_keys($headers), $headers);
        $asked['content'] = http_build_query($form ?? [], '', '&');
        $stream = fopen($url, 'r', false, stream_context_create(['http' => $asked]));
        if (!$stream) {
            return null;
        }
        // Piece by piece: the timeout holds for each, and a server may drip.
        $body = '';
        while (!feof($stream) && strlen($body) < self::ANSWER_BYTES_MAX && microtime(true) < $giveUp) {
            $body .= fread($stream, 8192);
        }
        $received = implode("\n", stream_get_meta_data($stream)['wrapper_data'] ?? []);
        $find = static fn (string $pattern) => preg_match($pattern, $received, $found) ? (int) $found[1] : null;
        $isWhole = feof($stream) && strlen($body) === ($find('/^content-length: *(\d+)/mi') ?? strlen($body));
        fclose($stream);
        $wait = $find('/^retry-after: *(\d+)/mi') ?? 0;
        return $isWhole ? ['status' => $find('/^HTTP\S+ (\d+)/') ?? 0, 'body' => $body, 'wait' => $wait] : null;
    }

    /** What was signed; null unless one of these keys has signed it. */
    private static function open(string $text, array $keys): ?array
    {
        $envelope = (array) json_decode($text, true);
        $signed = $envelope['response_base64'] ?? null;
        $isSigned = is_string($signed) && self::isSigned($signed, $envelope['signature'] ?? null, $keys);
        // Only what was signed counts: anybody on the way can change the "response" beside it.
        $said = $isSigned ? (array) json_decode(self::bytes($signed), true) : [];
        return is_int($said['timestamp'] ?? null) && array_key_exists('code', $said) ? $said : null;
    }

    /** What the kept answer says, if it is still worth something. */
    private function keptAnswer(): ?array
    {
        $said = self::open($this->memory['answer'], $this->trusted);
        $isGood = $said && in_array($said['code'], self::GOOD, true) && $this->isMine($said);
        return $isGood && $said['timestamp'] <= $this->now + self::CLOCK_ERROR ? $said : null;
    }

    // Offline files

    private function fetchFile(int $graceDays): string
    {
        $device = $this->device;
        $fields = ['identifier' => $device, 'hardware_id' => $device, 'grace_period_days' => (string) $graceDays];
        [$text] = $this->send('licenses/' . rawurlencode($this->memory['key']) . '/offline-file', $fields);
        self::demand($this->openFile($text)['lapsesAt'] >= $this->now, 'This file has lapsed.', self::NEW_FILE);
        return $this->memory['file'] = $text;
    }

    private function keptFile(): ?array
    {
        try {
            return $this->openFile($this->memory['file']);
        } catch (\Throwable $none) {
            return null;
        }
    }

    /** Reads an offline file. Throws unless it is genuine and for this device, licence and product. */
    private function openFile(string $text): array
    {
        // The signature is over the file as it stands, without itself.
        $isWhole = preg_match('/^(.+),"signature":"([^"]+)"(.*)$/s', $text, $part);
        $file = (array) json_decode($text, true);
        $isSigned = $isWhole && ($file['signature'] ?? null) === $part[2]
            && self::isSigned($part[1] . $part[3], $part[2], $this->trusted);
        self::demand($isSigned, 'This file was not signed by the licence server.', self::NEW_FILE);
        $license = $file['license'];
        // A key as it stands there may differ in what the server overlooks.
        $keys = [$license['key'], $this->memory['key'] ?: $license['key']];
        $isMine = in_array($this->device, [$license['hardware_id'] ?? null, $license['domain'] ?? null], true)
            && strcasecmp(...preg_replace('/[^\p{L}\p{N}]/u', '', $keys)) === 0;
        self::demand($isMine, 'This file is for another device or licence.', 'Ask for one for this device.');
        // A file that names no product needs a good answer beside it, which does.
        $product = $file['product_uuid'] ?? ($this->keptAnswer() ? self::PRODUCT : null);
        self::demand($product === self::PRODUCT, 'This file is not for ' . self::PRODUCT_NAME . '.', self::NEW_FILE);
        self::demand(strtotime($file['issued_at']) <= $this->now + self::CLOCK_ERROR, ...self::WRONG_CLOCK);
        $endsAt = isset($license['ends_at']) ? strtotime($license['ends_at']) : PHP_INT_MAX;
        $lapsesAt = min(strtotime($license['expires_at']) + $file['grace_period_days'] * self::DAY, $endsAt);
        return ['endsAt' => $endsAt, 'lapsesAt' => $lapsesAt] + $license;
    }

    // Keys and signatures

    /** Follows certificates to the keys that the server lists. Whether anything was learnt. */
    private function followKeys(): bool
    {
        $query = http_build_query(['product_id' => self::PRODUCT, 'signature_algorithm' => 'ES256'], '', '&');
        $text = $this->fetch("keys?$query", null, microtime(true) + $this->options['deadline'])['body'] ?? '';
        $signed = self::bytes(((array) json_decode($text, true))['response_base64'] ?? null);
        $listed = (array) (((array) json_decode($signed, true))['keys'] ?? []);
        $reached = self::reach($listed);
        $said = self::open($text, $reached);
        // Everybody gets the same list, so only its time shows that it is not an old one.
        if (!$said || abs($said['timestamp'] - $this->now) > self::CLOCK_ERROR) {
            return false;
        }
        [$this->memory['keys'], $this->trusted] = [$listed, $reached];
        return true;
    }

    /** The keys that may sign: the printed ones, and those that certificates lead to; without retired ones. */
    private static function reach(array $listed): array
    {
        $reached = array_map('base64_decode', self::PUBLIC_KEYS);
        $names = ['key_id', 'public_key', 'state', 'certified_by', 'certificate'];
        $rows = [];
        foreach ($listed as $row) {
            $row = array_map('strval', (array) $row + array_fill_keys($names, ''));
            $row['key'] = self::bytes(preg_replace('/-----[^-]+-----|\s/', '', $row['public_key']));
            $rows[$row['key_id']] = $row;
        }
        for ($before = -1; $before < count($reached);) {
            $before = count($reached);
            foreach ($rows as $id => $row) {
                [$key, $certifier] = [$row['key'], $rows[$row['certified_by']]['key'] ?? null];
                if (in_array($key, $reached, true) || !in_array($certifier, $reached, true)) {
                    continue;
                }
                // The description of a companion on P-256 has 91 bytes, of RSA at least 294.
                $kind = strlen($key) === 91 ? 'companion' : 'key';
                $lines = ["latchkey $kind certificate", $row['certified_by'], $id, hash('sha256', $key)];
                if (self::isSigned(implode("\n", $lines), $row['certificate'], [$certifier])) {
                    $reached[] = $key;
                }
            }
        }
        $retired = array_filter($rows, static fn (array $row) => $row['state'] === 'retired');
        return array_diff($reached, array_column($retired, 'key'));
    }

    /** Whether one of these keys, RSA or P-256, has signed the text. */
    private static function isSigned(string $text, $signature, array $keys): bool
    {
        $given = self::bytes($signature);
        foreach ($keys as $der) {
            $lines = chunk_split(base64_encode($der), 64, "\n");
            $key = openssl_pkey_get_public("-----BEGIN PUBLIC KEY-----\n$lines-----END PUBLIC KEY-----\n");
            $isP256 = $key && openssl_pkey_get_details($key)['type'] === OPENSSL_KEYTYPE_EC;
            $fit = $isP256 ? self::asDer($given) : $given;
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
        $this->now = (int) ($this->options['now'])();
        $saved = (string) ($this->isOption ? get_option(basename($this->path)) : file_get_contents($this->path));
        // Without what is not of its kind: somebody may have edited the file.
        $isOfItsKind = static fn ($value, $name) => gettype($value) === gettype(self::NOTHING_KEPT[$name] ?? null);
        $kept = array_filter((array) json_decode($saved, true), $isOfItsKind, ARRAY_FILTER_USE_BOTH);
        $kept = array_replace(self::NOTHING_KEPT, $kept);
        // There is no id where the system has given none, or PHP may not read it.
        $id = $this->options['machine'] ?? trim((string) file_get_contents('/etc/machine-id'));
        $machine = $id ? hash('sha256', self::PRODUCT . "\n$id") : '';
        if ($machine && $kept['machine'] && $kept['machine'] !== $machine) {
            // Copied from another machine: its seat stays there.
            $kept = array_replace(self::NOTHING_KEPT, ['key' => $kept['key']]);
        }
        $bound = $this->options['bindToMachine'] ? $machine : '';
        $device = $bound ?: $kept['device'] ?: bin2hex(random_bytes(16));
        $this->memory = array_replace($kept, ['machine' => $machine ?: $kept['machine'], 'device' => $device]);
        // A copy of the site for tests has another address, and so a seat of its own.
        $site = function_exists('home_url') ? preg_replace('#^https?://#', '', strtolower(home_url())) : null;
        $this->device = $this->options['device'] ?: getenv('LICENSE_DEVICE') ?: $site ?: $device;
        [$this->trusted, $this->saved] = [self::reach($kept['keys']), $saved];
    }

    /** Replaces the file in one step, so that a crash leaves the old one. Whether it is kept. */
    private function save(): bool
    {
        $text = (string) json_encode($this->memory, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE);
        if ($text === $this->saved || $this->saved === null) {
            return $this->saved !== null;
        }
        if ($this->isOption) {
            $isKept = update_option(basename($this->path), $text, false);
        } else {
            is_dir(dirname($this->path)) || mkdir(dirname($this->path), 0700, true);
            $fresh = "$this->path.new";
            $file = fopen($fresh, 'w');
            $isWritten = $file && chmod($fresh, 0600) && fwrite($file, $text) === strlen($text) && fflush($file);
            // There is fsync from PHP 8.1 on.
            $isSynced = $isWritten && (!function_exists('fsync') || fsync($file)) && fclose($file);
            $isKept = $isSynced && rename($fresh, $this->path);
        }
        $this->saved = $isKept ? $text : $this->saved;
        return $isKept;
    }

    /** Forgets the licence; who this device is stays. */
    private function forget(string $key): void
    {
        $kept = array_intersect_key($this->memory, array_flip(['device', 'machine', 'keys', 'latest']));
        $this->memory = array_replace(self::NOTHING_KEPT, $kept, ['key' => $key]);
    }

    // Texts

    private static function verdict(string $result, bool $allowed, array $texts, array $more = []): array
    {
        $more += ['code' => null, 'until' => null, 'retryAfter' => null];
        return ['result' => $result, 'allowed' => $allowed, 'why' => $texts[0], 'help' => $texts[1]] + $more;
    }

    private static function demand(bool $holds, string $why, string $help = self::LATER): void
    {
        if (!$holds) {
            throw new LicensingDoubt([$why, $help]);
        }
    }

    /** A key as it was meant: without spaces around it or marks that nobody sees, and with plain hyphens. */
    private static function tidy(string $key): string
    {
        $unseen = '/[\x{ad}\x{200b}-\x{200f}\x{2060}\x{feff}]/u';
        $hyphens = '/[\x{2010}-\x{2015}\x{2212}\x{fe58}\x{fe63}\x{ff0d}]/u';
        return trim(preg_replace([$unseen, $hyphens, '/[\s\p{Z}]+/u'], ['', '-', ' '], $key) ?? $key);
    }

    /** The bytes behind base64; none if it is none. */
    private static function bytes($text): string
    {
        return is_string($text) ? (string) base64_decode($text, true) : '';
    }
}

/** Why there is no answer that can be believed. */
final class LicensingDoubt extends \Exception
{
    public array $texts;
    public array $more;

    public function __construct(array $texts, array $more = [])
    {
        [$this->texts, $this->more] = [$texts, $more];
    }
}
