using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using Map = System.Collections.Generic.Dictionary<string, object>;

namespace Licensing
{
    /// <summary>What the server says of the licence; CannotTell if it said nothing that can be believed.</summary>
    public enum Result { Good, Refused, CannotTell }

    public sealed class Verdict
    {
        public Result Result { get; internal set; }
        /// <summary>Whether the program may run: the licence is good, or was good lately while nobody can tell.</summary>
        public bool Allowed { get; internal set; }
        /// <summary>A sentence for the customer, and what they can do.</summary>
        public string Why { get; internal set; }
        public string Help { get; internal set; }
        /// <summary>The code of the answer, if there was a genuine one.</summary>
        public long? Code { get; internal set; }
        /// <summary>Until when the program may run if the server stays silent, in Unix seconds.</summary>
        public long? Until { get; internal set; }
        /// <summary>The server asked to wait this many seconds.</summary>
        public long? RetryAfter { get; internal set; }
    }

    /// <summary>A published release; the address is good for some minutes.</summary>
    public sealed class Release
    {
        public string Version { get; internal set; }
        public long NumericVersion { get; internal set; }
        public string Summary { get; internal set; }
        public string Changelog { get; internal set; }
        public string Date { get; internal set; }
        public string Url { get; internal set; }
    }

    /// <summary>What differs from the usual; null stands for the usual.</summary>
    public sealed class LicenseOptions
    {
        public string ApiKey { get; set; }
        public string Server { get; set; }
        /// <summary>Where to keep the licence; otherwise the user's folder for the data of programs.</summary>
        public string Folder { get; set; }
        /// <summary>The name of this device; otherwise the variable LICENSE_DEVICE, or a random one, made once.</summary>
        public string Device { get; set; }
        /// <summary>Take the machine's id, hashed with the product, instead of a random name.</summary>
        public bool BindToMachine { get; set; }
        /// <summary>For tests: the Unix time, the machine's id, and how long requests and pauses may take.</summary>
        public Func<long> Now { get; set; } = () => DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        public string MachineId { get; set; }
        public TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(10);
        public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(0.5);
    }

    /// <summary>
    /// Licensing: asks your Latchkey server whether this installation may run, believes signed answers only, and
    /// remembers the last good one for the days without a network. .NET Standard 2.0: .NET, .NET Framework, Mono, Unity.
    /// Where the project has nullable references on, put <c>#nullable disable</c> on the first line.
    /// <code>
    /// var license = new LicenseClient();
    /// var verdict = await license.ActivateAsync(keyFromTheCustomer); // once
    /// var verdict = await license.CheckAsync(); // at each start, and daily
    /// if (!verdict.Allowed) Show(verdict.Why, verdict.Help);
    /// </code>
    /// No method throws: every one returns a value. None needs the calling thread, so that <c>.Result</c> is safe as well.
    /// </summary>
    public sealed class LicenseClient
    {
        // Filled in when this file was printed.
        private const string Server = "@server@";
        // The uuid of the product, and its name for messages.
        private const string Product = "@product@";
        private const string ProductName = "@product-name@";
        // An API key with the preset "client". Anybody can read it here, so never another one.
        private const string ApiKey = "@api-key@";
        // How many days the program may go on after the last good answer.
        private const int GraceDays = 7;
        // The public keys that may sign, DER in base64. Later ones are trusted if one of these has certified them.
        private static readonly string[] PublicKeys = { "@public-keys@" };

        private const long Day = 86400;
        private const long ClockError = 300;
        private const int AnswerBytesMax = 1000000;
        private const string Later = "Check the internet connection; the program asks again later.";
        private const string SetClock = "Set date and time, then try again.";
        private const string NewFile = "Ask for a new one.";
        private const string Writable = "Make the data folder of the program writable.";

        /// <summary>What each refusal means, and what helps. All other codes say nothing about the licence.</summary>
        private static readonly Dictionary<long, string[]> Refusals = new Dictionary<long, string[]>
        {
            [201] = new[] { "This licence key has not been sold.", "Ask the shop where you bought it." },
            [202] = new[] { "The licence is not active on this device.", "Activate it again." },
            [203] = new[] { ProductName + " is not available at present.", "Contact the vendor." },
            [204] = new[] { "This licence is blocked.", "Contact the vendor." },
            [205] = new[] { "This licence has ended.", "Renew it." },
            [210] = new[] { "There is no such licence key for " + ProductName + ".", "Check the key for typing errors." },
            [215] = new[] { "The request named no device.", "Report this to the vendor: it is a fault of the program." },
            [302] = new[] { "All seats of this licence are taken.", "Deactivate another device, or buy a further seat." },
            [401] = new[] { "The licence was not active on this device.", "There is nothing to do." },
        };

        /// <summary>Why there is no answer that can be believed.</summary>
        private sealed class Doubt : Exception
        {
            public readonly string Help;
            public long? Code, RetryAfter;

            public Doubt(string why, string help = Later) : base(why)
            {
                Help = help;
            }
        }

        /// <summary>What is kept between two starts. Moments are Unix seconds.</summary>
        private sealed class Memory
        {
            public string Device = "", Machine = "", Key = "";
            /// <summary>The last good answer and the last offline file, as they were signed.</summary>
            public string Answer = "", File = "";
            /// <summary>The public keys that the server listed.</summary>
            public List<object> Keys = new List<object>();
            /// <summary>The latest moment that was seen, and the failures since the last answer.</summary>
            public long Latest, Failures;
            /// <summary>When to ask next, when to ask again after failures, when the server is no longer busy.</summary>
            public long Due, PausedUntil, BusyUntil;
        }

        // It has the proxies of the platform. A redirection leads to a stranger's page.
        private static readonly HttpClient Http =
            new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
            {
                Timeout = Timeout.InfiniteTimeSpan,
                MaxResponseContentBufferSize = AnswerBytesMax,
            };

        /// <summary>One check in flight.</summary>
        private static readonly SemaphoreSlim Turn = new SemaphoreSlim(1, 1);

        private readonly LicenseOptions options;
        private readonly string path, machine;
        private Memory memory = new Memory();
        private string saved = "", device = "";
        private long now;
        private List<string> trusted = new List<string>();

        public LicenseClient(LicenseOptions options = null)
        {
            this.options = options ?? new LicenseOptions();
            path = Path.Combine(this.options.Folder ?? UsualFolder(), "license-" + Product + ".json");
            var id = this.options.MachineId ?? MachineId();
            // Nobody can compare it with another product's.
            machine = id == "" ? "" : Sha256(Product + "\n" + id);
        }

        /// <summary>Takes a seat for this device. Call it when the customer enters a key.</summary>
        public Task<Verdict> ActivateAsync(string licenseKey) => InTurn(() =>
        {
            var key = Tidy(licenseKey);
            if (key != memory.Key) Forget(key);
            // Kept before the request: a device that is not known again would take a seat at each start.
            Demand(Save() || device != memory.Device, "This device cannot keep its licence.", Writable);
            return Decide("activate");
        }, CannotTell);

        /// <summary>Says whether the program may run. Asks the server once a day, or at once if a check is due.</summary>
        public Task<Verdict> CheckAsync(bool isDue = false) => InTurn(async () =>
        {
            if (memory.Key == "") return NothingEntered();
            var until = Until();
            if (!isDue && until >= now && IsAhead(memory.Due, Day)) return Good(until);
            var isPaused = IsAhead(memory.PausedUntil, 7200) || IsAhead(memory.BusyUntil, 3600);
            Demand(isDue || !isPaused, "The licence server did not answer lately.");
            return await Decide("verify");
        }, CannotTell);

        /// <summary>Frees the seat of this device, and forgets the licence.</summary>
        public Task<Verdict> DeactivateAsync() => InTurn(async () =>
        {
            if (memory.Key == "") return NothingEntered();
            var said = (await Ask("deactivate")).Said;
            // This code alone is a text.
            var isFreed = said["code"] as string == "400";
            if (isFreed || said["code"] as long? == 401) Forget("");
            if (!isFreed) return Judge(said);
            var why = "The licence was deactivated on this device.";
            return new Verdict { Result = Result.Good, Code = 400, Why = why, Help = "" };
        }, CannotTell);

        /// <summary>The value of a feature: a bool, long, double or string; null while the program may not run.</summary>
        public Task<object> FeatureAsync(string name) => InTurn(() =>
        {
            object value = null;
            if (Until() >= now) KeptFile()?.Features.TryGetValue(name, out value);
            return Task.FromResult(value);
        }, doubt => null);

        /// <summary>The newest published release; null if there is none, or nobody can tell.</summary>
        public Task<Release> UpdateAsync() => InTurn(async () =>
        {
            var said = (await Ask("access-downloadables")).Said;
            var newest = AsMap(AsList(Get(said, "downloadables")).FirstOrDefault());
            return said["code"] as long? != 600 || newest.Count == 0 ? null : new Release
            {
                Version = TextOf(newest, "version"), NumericVersion = NumberOf(newest, "numeric_version"),
                Summary = TextOf(newest, "update_summary"), Changelog = TextOf(newest, "changelog"),
                Date = TextOf(newest, "release_date"), Url = TextOf(newest, "url"),
            };
        }, doubt => null);

        /// <summary>Reports a number to the vendor, of a user; without one, of this device. Whether it arrived.</summary>
        public Task<bool> ReportAsync(string group, decimal value, string version, string user = "") =>
            Report(group, value.ToString(CultureInfo.InvariantCulture), "numeric-single-value", version, user);

        /// <summary>Reports a text in the same way.</summary>
        public Task<bool> ReportAsync(string group, string value, string version, string user = "") =>
            Report(group, value, "text", version, user);

        private Task<bool> Report(string group, string value, string type, string version, string user) => InTurn(async () =>
        {
            var answer = await Ask("send-telemetry-data", new Dictionary<string, string>
            {
                ["user_identifier"] = string.IsNullOrEmpty(user) ? device : user,
                ["activation_identifier"] = device,
                ["product_version"] = version,
                ["data_group"] = group,
                ["data_type"] = type,
                [type == "text" ? "text_data" : "numeric_data_single_value"] = value,
            });
            return IsReport(answer.Said);
        }, doubt => false);

        /// <summary>Fetches a file that holds for a day and these days more, keeps it, and returns its text, or null.</summary>
        public Task<string> OfflineFileAsync(int graceDays = 30) => InTurn(async () =>
        {
            await FetchFile(graceDays);
            return memory.File;
        }, doubt => null);

        /// <summary>Takes a file that was fetched elsewhere for this device, which may never be online.</summary>
        public Task<Verdict> UseOfflineFileAsync(string text) => InTurn(() =>
        {
            var file = OpenFile(text.Trim());
            if (file.EndsAt < now) return Task.FromResult(Refused(205));
            Demand(!IsSetBack() && file.LapsesAt >= now, "This file has lapsed.", NewFile);
            memory.File = text.Trim();
            if (memory.Key == "") memory.Key = file.Key;
            return Task.FromResult(Good(file.LapsesAt));
        }, CannotTell);

        /// <summary>The name of this device, as the server knows it, for customers who are never online.</summary>
        public Task<string> DeviceNameAsync() => InTurn(() => Task.FromResult(device), doubt => "");

        // Asking and judging

        /// <summary>Runs work on what is kept, and keeps what has changed. Other processes wait, and find its answer.</summary>
        private Task<T> InTurn<T>(Func<Task<T>> work, Func<Doubt, T> otherwise) => Task.Run(async () =>
        {
            await Turn.WaitAsync();
            var fileLock = await LockOrNone(Path.Combine(Path.GetTempPath(), Sha256(path) + ".lock"));
            try
            {
                Load();
                return await work();
            }
            catch (Doubt doubt)
            {
                return otherwise(doubt);
            }
            catch (Exception)
            {
                return otherwise(new Doubt("The licence server cannot be reached."));
            }
            finally
            {
                Save();
                fileLock?.Dispose();
                Turn.Release();
            }
        });

        /// <summary>A file that nobody else can open meanwhile; null where there is none within a quarter of a minute.</summary>
        private static async Task<IDisposable> LockOrNone(string path)
        {
            for (var attempt = 0; attempt < 150; attempt++)
            {
                try
                {
                    return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                }
                catch (IOException held) when (!(held is DirectoryNotFoundException))
                {
                    await Task.Delay(100);
                }
                catch (Exception)
                {
                    return null;
                }
            }
            return null;
        }

        /// <summary>What work returns, or something else where it fails.</summary>
        private static T Attempt<T>(Func<T> work, T otherwise)
        {
            try
            {
                return work();
            }
            catch (Exception)
            {
                return otherwise;
            }
        }

        private async Task<Verdict> Decide(string endpoint)
        {
            // Until an answer says otherwise: a pause that grows, at random, so that copies do not come back together.
            var pause = Math.Min(3600, 60L << (int)Math.Min(memory.Failures++, 9));
            memory.PausedUntil = now + pause + RandomUpTo(pause / 4);
            var answer = await Ask(endpoint);
            if (!IsGood(answer.Said)) return Judge(answer.Said);
            memory.Answer = answer.Text;
            memory.Latest = now;
            // Copies that started together come back apart.
            memory.Due = now + Day - RandomUpTo(4 * 3600);
            memory.PausedUntil = memory.Failures = 0;
            // A file as good as the kept one has the licence's features and its end.
            var daysLeft = ((KeptFile()?.LapsesAt ?? now) - now) / Day;
            try
            {
                await FetchFile(Math.Max(Math.Max(GraceDays, daysLeft), 1) - 1);
            }
            catch (Doubt)
            {
                // The old one stays.
            }
            return Good(Until(), answer.Said["code"] as long?, Save() ? "" : Writable);
        }

        /// <summary>What a genuine answer means that is not good.</summary>
        private Verdict Judge(Map said)
        {
            var code = said["code"] as long?;
            if (code == null || !Refusals.ContainsKey(code.Value))
            {
                throw new Doubt("The licence server says: " + TextOf(said, "message") + ".") { Code = code };
            }
            // Or a customer who was refused could go on by pulling the plug.
            memory.Answer = memory.File = "";
            memory.Due = memory.PausedUntil = memory.Failures = 0;
            return Refused(code.Value);
        }

        private static Verdict Good(long until, long? code = null, string note = "") => new Verdict
        {
            Result = Result.Good, Allowed = true, Why = "The licence is good.", Help = note, Code = code, Until = until,
        };

        private static Verdict Refused(long code) => new Verdict
        {
            Result = Result.Refused, Why = Refusals[code][0], Help = Refusals[code][1], Code = code,
        };

        private static Verdict NothingEntered() => new Verdict
        {
            Result = Result.Refused,
            Why = "No licence key has been entered yet.", Help = "Enter the key that you have bought.",
        };

        private Verdict CannotTell(Doubt doubt)
        {
            memory.Latest = Math.Max(now, memory.Latest);
            var until = Until();
            return new Verdict
            {
                Result = Result.CannotTell, Allowed = until >= now, Why = doubt.Message, Help = doubt.Help,
                Code = doubt.Code, RetryAfter = doubt.RetryAfter, Until = until > 0 ? until : (long?)null,
            };
        }

        /// <summary>Until when the kept proofs let the program run; 0 for not at all.</summary>
        private long Until()
        {
            if (IsSetBack()) return 0;
            var said = KeptAnswer();
            var file = KeptFile();
            var graceEnd = said == null ? 0 : NumberOf(said, "timestamp") + GraceDays * Day;
            return file == null ? graceEnd : Math.Min(file.EndsAt, Math.Max(graceEnd, file.LapsesAt));
        }

        private bool IsSetBack() => now < memory.Latest - ClockError;

        /// <summary>Whether a kept moment is still to come. One too far off was kept while the clock was wrong.</summary>
        private bool IsAhead(long moment, long atMost) => moment > now && moment <= now + atMost;

        // Messages

        /// <summary>A signed answer: what it says, and the text it came in.</summary>
        private struct Answer
        {
            public Map Said;
            public string Text;
        }

        private struct Reply
        {
            public int Status;
            public string Body;
            public long Wait;
        }

        /// <summary>Asks the server. Throws unless the answer is genuine, fresh, and about this key, device and product.</summary>
        private async Task<Answer> Ask(string endpoint, Dictionary<string, string> fields = null)
        {
            fields = fields ?? new Dictionary<string, string>();
            fields["license_key"] = memory.Key;
            fields["identifier"] = device;
            var text = await Send(endpoint, fields);
            var isAnswer = TextOf(AsMap(Json.Parse(text)), "response_base64") != "";
            Demand(isAnswer, "Something else than the licence server has answered.");
            var said = Open(text, trusted);
            if (said == null && await FollowKeys()) said = Open(text, trusted);
            Demand(said != null, "The answer was not signed by the licence server.");
            Demand(IsFresh(said), "The clock of this device is wrong.", SetClock);
            // Codes below 200 and above 9000 are about the request or the server.
            var isAboutRequest = said["code"] is long code && (code < 200 || code >= 9000);
            var isToThis = TextOf(said, "nonce") == fields["nonce"] && IsMine(said);
            Demand(isAboutRequest || isToThis, "The answer is to another request.");
            return new Answer { Said = said, Text = text };
        }

        private bool IsFresh(Map said) => Math.Abs(NumberOf(said, "timestamp") - now) <= ClockError;

        /// <summary>Whether an answer is about this licence key, device and product.</summary>
        private bool IsMine(Map said)
        {
            if (TextOf(said, "license_key_sha256") != Sha256(memory.Key)) return false;
            // A report goes without device and product, and 210 without a product: there is no such key, or none of it.
            if (IsReport(said)) return true;
            var isForProduct = said["code"] as long? == 210 || TextOf(said, "product_uuid") == Product;
            return isForProduct && TextOf(said, "identifier_sha256") == Sha256(device);
        }

        private static bool IsGood(Map said) => said["code"] is long code && (code == 200 || code == 300 || code == 301);

        private static bool IsReport(Map said) => said["code"] is long code && (code == 830 || code == 831);

        /// <summary>Posts a form, three times at most, each with a fresh nonce in the fields. Returns the answer's body.</summary>
        private async Task<string> Send(string endpoint, Dictionary<string, string> fields)
        {
            using (var late = new CancellationTokenSource(options.Deadline))
            {
                for (var attempt = 1; ; attempt++)
                {
                    var wait = memory.BusyUntil - now;
                    var isBusy = wait > 0 && wait <= 3600;
                    if (isBusy) throw new Doubt("The licence server is busy.", "Try again later.") { RetryAfter = wait };
                    Demand(attempt <= 3 && !late.IsCancellationRequested, "The licence server cannot be reached.");
                    var pause = (long)options.Pause.TotalMilliseconds * (attempt - 1);
                    await Task.Delay((int)(pause + RandomUpTo(2 * pause)) / 2);
                    fields["nonce"] = RandomHex();
                    fields["product_id"] = Product;
                    fields["signature_algorithm"] = "ES256";
                    var reply = await Fetch(endpoint, fields, late.Token);
                    memory.BusyUntil = reply.Wait > 0 ? now + reply.Wait : 0;
                    var isAnswer = reply.Body != null && reply.Wait == 0;
                    if (isAnswer && (reply.Status < 500 || attempt == 3)) return reply.Body;
                }
            }
        }

        /// <summary>The answer, without a body if there was no whole one. With fields, they are posted.</summary>
        private async Task<Reply> Fetch(string endpoint, Dictionary<string, string> fields, CancellationToken late)
        {
            var address = (options.Server ?? Server).TrimEnd('/') + "/api/v1/" + endpoint;
            try
            {
                using (var request = new HttpRequestMessage(fields == null ? HttpMethod.Get : HttpMethod.Post, address))
                {
                    if (fields != null)
                    {
                        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey ?? ApiKey);
                        request.Content = new FormUrlEncodedContent(fields);
                    }
                    using (var response = await Http.SendAsync(request, late))
                    {
                        var body = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync());
                        var length = response.Content.Headers.ContentLength ?? 0;
                        var wait = response.Headers.RetryAfter?.Delta?.TotalSeconds ?? 0;
                        return new Reply
                        {
                            Status = (int)response.StatusCode,
                            Wait = (long)Math.Max(0, Math.Min(wait, 3600)),
                            Body = Encoding.UTF8.GetByteCount(body) < length ? null : body,
                        };
                    }
                }
            }
            catch (Exception)
            {
                return new Reply();
            }
        }

        /// <summary>What was signed; null unless one of these keys has signed it.</summary>
        private static Map Open(string text, List<string> keys)
        {
            var envelope = AsMap(Json.Parse(text));
            var signed = TextOf(envelope, "response_base64");
            if (!IsSigned(signed, TextOf(envelope, "signature"), keys)) return null;
            // Only what was signed counts: anybody on the way can change the "response" beside it.
            var said = AsMap(Json.Parse(Encoding.UTF8.GetString(BytesOf(signed))));
            return Get(said, "timestamp") is long && said.ContainsKey("code") ? said : null;
        }

        /// <summary>What the kept answer says, if it is still worth something.</summary>
        private Map KeptAnswer()
        {
            var said = Open(memory.Answer, trusted);
            var isValid = said != null && IsGood(said) && IsMine(said);
            return isValid && NumberOf(said, "timestamp") <= now + ClockError ? said : null;
        }

        // Offline files

        private sealed class OfflineFile
        {
            public string Key;
            public Map Features;
            public long EndsAt, LapsesAt;
        }

        private async Task FetchFile(long graceDays)
        {
            var fields = new Dictionary<string, string>
            {
                ["identifier"] = device,
                ["hardware_id"] = device,
                ["grace_period_days"] = graceDays.ToString(CultureInfo.InvariantCulture),
            };
            var text = await Send("licenses/" + Uri.EscapeDataString(memory.Key) + "/offline-file", fields);
            Demand(OpenFile(text).LapsesAt >= now, "This file has lapsed.", NewFile);
            memory.File = text;
        }

        private OfflineFile KeptFile() => Attempt(() => OpenFile(memory.File), null);

        /// <summary>Reads an offline file. Throws unless it is genuine and for this device, licence and product.</summary>
        private OfflineFile OpenFile(string text)
        {
            var content = AsMap(Json.Parse(text));
            var license = AsMap(Get(content, "license"));
            // The signature is over the file as it stands, without itself.
            var signature = TextOf(content, "signature");
            var mark = ",\"signature\":\"" + signature + "\"";
            var start = text.LastIndexOf(mark, StringComparison.Ordinal);
            var isGenuine = start > 0 && IsSigned(text.Remove(start, mark.Length), signature, trusted);
            Demand(isGenuine, "This file was not signed by the licence server.", NewFile);
            var isForDevice = TextOf(license, "hardware_id") == device || TextOf(license, "domain") == device;
            var isForKey = memory.Key == "" || Plain(memory.Key) == Plain(TextOf(license, "key"));
            Demand(isForDevice && isForKey, "This file is for another device or licence.", "Ask for one for this device.");
            // A file that names no product needs a good answer beside it, which does.
            var product = Get(content, "product_uuid");
            var isForProduct = product == null ? KeptAnswer() != null : product as string == Product;
            Demand(isForProduct, "This file is not for " + ProductName + ".", NewFile);
            Demand(SecondsOf(content, "issued_at") <= now + ClockError, "The clock of this device is wrong.", SetClock);
            var endsAt = Get(license, "ends_at") == null ? long.MaxValue : SecondsOf(license, "ends_at");
            var graceEnd = SecondsOf(license, "expires_at") + NumberOf(content, "grace_period_days") * Day;
            return new OfflineFile
            {
                Key = TextOf(license, "key"), Features = AsMap(Get(license, "features")),
                EndsAt = endsAt, LapsesAt = Math.Min(graceEnd, endsAt),
            };
        }

        // Keys and signatures

        /// <summary>Follows certificates to the keys that the server lists. Whether anything was learnt.</summary>
        private async Task<bool> FollowKeys()
        {
            using (var late = new CancellationTokenSource(options.Deadline))
            {
                var query = "keys?signature_algorithm=ES256&product_id=" + Uri.EscapeDataString(Product);
                var text = (await Fetch(query, null, late.Token)).Body ?? "";
                var signed = BytesOf(TextOf(AsMap(Json.Parse(text)), "response_base64"));
                var listed = AsList(Get(AsMap(Json.Parse(Encoding.UTF8.GetString(signed))), "keys"));
                var reached = Reach(listed);
                var said = Open(text, reached);
                // Everybody gets the same list, so only its time shows that it is not an old one.
                if (said == null || !IsFresh(said)) return false;
                memory.Keys = listed;
                trusted = reached;
                return true;
            }
        }

        /// <summary>The keys that may sign: the printed, and those that certificates lead to; without retired ones.</summary>
        private static List<string> Reach(List<object> listed)
        {
            var rows = listed.Select(AsMap).ToList();
            var reached = PublicKeys.ToList();
            for (var before = -1; before < reached.Count;)
            {
                before = reached.Count;
                foreach (var row in rows.Where(each => !reached.Contains(KeyIn(each))))
                {
                    var id = TextOf(row, "certified_by");
                    var signer = rows.Where(each => TextOf(each, "key_id") == id).Select(KeyIn).FirstOrDefault();
                    if (signer == null || !reached.Contains(signer)) continue;
                    var der = BytesOf(KeyIn(row));
                    var kind = IsP256(der) ? "latchkey companion certificate" : "latchkey key certificate";
                    var lines = string.Join("\n", kind, id, TextOf(row, "key_id"), HexOf(Digest(der)));
                    if (!IsSigned(lines, TextOf(row, "certificate"), new List<string> { signer })) continue;
                    reached.Add(KeyIn(row));
                    break;
                }
            }
            reached.RemoveAll(key => rows.Any(row => KeyIn(row) == key && TextOf(row, "state") == "retired"));
            return reached;
        }

        private static string KeyIn(Map row) => Regex.Replace(TextOf(row, "public_key"), @"-----[^-]+-----|\s", "");

        /// <summary>The description of a key on P-256 has 91 bytes, of RSA at least 294.</summary>
        private static bool IsP256(byte[] der) => der.Length == 91;

        /// <summary>Whether one of these keys, RSA or P-256, has signed the text.</summary>
        private static bool IsSigned(string text, string signature, List<string> keys)
        {
            var given = BytesOf(signature);
            var digest = Digest(Encoding.UTF8.GetBytes(text));
            return keys.Select(BytesOf).Any(der =>
                IsP256(der) ? P256.IsSigned(digest, given, der) : IsSignedRsa(digest, given, der));
        }

        private static bool IsSignedRsa(byte[] digest, byte[] signature, byte[] der) => Attempt(() =>
        {
            // A sequence of the algorithm's name and, in a string of bits, the sequence of modulus and exponent.
            var bits = Items(Items(der, 0)[0], 0)[1];
            var parts = Items(Items(bits, 1)[0], 0).Select(part => part.SkipWhile(each => each == 0).ToArray()).ToList();
            using (var rsa = RSA.Create())
            {
                rsa.ImportParameters(new RSAParameters { Modulus = parts[0], Exponent = parts[1] });
                return rsa.VerifyHash(digest, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            }
        }, false);

        /// <summary>The contents of the DER values that follow each other from there on.</summary>
        private static List<byte[]> Items(byte[] der, int at)
        {
            var items = new List<byte[]>();
            while (at < der.Length)
            {
                int length = der[at + 1];
                at += 2;
                if (length > 127)
                {
                    var end = at + length - 128;
                    for (length = 0; at < end; at++) length = length * 256 + der[at];
                }
                items.Add(der.Skip(at).Take(length).ToArray());
                at += length;
            }
            return items;
        }

        /// <summary>
        /// Signatures on the curve P-256, by whole numbers: Mono and Unity have no ECDsa. Nothing here is secret, so it need
        /// not take the same time for every number.
        /// </summary>
        private static class P256
        {
            private static readonly BigInteger Prime = Number("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
            private static readonly BigInteger Order = Number("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
            private static readonly BigInteger B = Number("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");
            private static readonly Point Generator = new Point(
                Number("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
                Number("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"),
                1);

            /// <summary>The point (X / Z², Y / Z³); at infinity, Z is 0.</summary>
            private sealed class Point
            {
                public readonly BigInteger X, Y, Z;

                public Point(BigInteger x, BigInteger y, BigInteger z)
                {
                    X = Mod(x, Prime);
                    Y = Mod(y, Prime);
                    Z = Mod(z, Prime);
                }
            }

            public static bool IsSigned(byte[] digest, byte[] signature, byte[] der)
            {
                var key = new Point(Number(der, 27), Number(der, 59), 1);
                var isOnCurve = Mod(key.Y * key.Y - key.X * key.X * key.X + 3 * key.X - B, Prime).IsZero;
                if (signature.Length != 64 || !isOnCurve) return false;
                BigInteger r = Number(signature, 0), s = Number(signature, 32);
                if (r.IsZero || s.IsZero || r >= Order || s >= Order) return false;
                var inverse = BigInteger.ModPow(s, Order - 2, Order);
                var sum = Sum(Mod(Number(digest, 0) * inverse, Order), Mod(r * inverse, Order), key);
                var scale = BigInteger.ModPow(sum.Z, Prime - 3, Prime);
                return !sum.Z.IsZero && Mod(Mod(sum.X * scale, Prime), Order) == r;
            }

            /// <summary>So many times the generator and so many times the key, bit by bit.</summary>
            private static Point Sum(BigInteger ofGenerator, BigInteger ofKey, Point key)
            {
                var both = Add(Generator, key);
                var sum = new Point(1, 1, 0);
                for (var bit = 255; bit >= 0; bit--)
                {
                    sum = Twice(sum);
                    bool first = !(ofGenerator >> bit).IsEven, second = !(ofKey >> bit).IsEven;
                    if (first || second) sum = Add(sum, first && second ? both : first ? Generator : key);
                }
                return sum;
            }

            private static Point Twice(Point p)
            {
                BigInteger zz = Mod(p.Z * p.Z, Prime), yy = Mod(p.Y * p.Y, Prime), xyy = Mod(p.X * yy, Prime);
                var slope = Mod(3 * (p.X - zz) * (p.X + zz), Prime);
                var x = Mod(slope * slope - 8 * xyy, Prime);
                return new Point(x, slope * (4 * xyy - x) - 8 * yy * yy, 2 * p.Y * p.Z);
            }

            private static Point Add(Point p, Point q)
            {
                if (p.Z.IsZero) return q;
                if (q.Z.IsZero) return p;
                BigInteger pzz = Mod(p.Z * p.Z, Prime), qzz = Mod(q.Z * q.Z, Prime);
                BigInteger px = Mod(p.X * qzz, Prime), py = Mod(p.Y * q.Z * qzz, Prime);
                BigInteger run = Mod(q.X * pzz - px, Prime), rise = Mod(q.Y * p.Z * pzz - py, Prime);
                if (run.IsZero) return rise.IsZero ? Twice(p) : new Point(1, 1, 0);
                BigInteger square = Mod(run * run, Prime), cube = Mod(square * run, Prime), part = Mod(px * square, Prime);
                var x = Mod(rise * rise - cube - 2 * part, Prime);
                return new Point(x, rise * (part - x) - py * cube, run * p.Z * q.Z);
            }

            private static BigInteger Mod(BigInteger number, BigInteger modulus)
            {
                var rest = BigInteger.Remainder(number, modulus);
                return rest.Sign < 0 ? rest + modulus : rest;
            }

            private static BigInteger Number(string hex) =>
                BigInteger.Parse("0" + hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

            /// <summary>The 32 bytes from there on, the greatest first.</summary>
            private static BigInteger Number(byte[] data, int at) =>
                new BigInteger(data.Skip(at).Take(32).Reverse().Concat(new byte[] { 0 }).ToArray());
        }

        /// <summary>The bytes behind base64; none if it is none.</summary>
        private static byte[] BytesOf(string base64) => Attempt(() => Convert.FromBase64String(base64), new byte[0]);

        private static byte[] Digest(byte[] data)
        {
            using (var sha256 = SHA256.Create()) return sha256.ComputeHash(data);
        }

        private static string Sha256(string text) => HexOf(Digest(Encoding.UTF8.GetBytes(text)));

        private static string HexOf(byte[] data) => string.Concat(data.Select(each => each.ToString("x2")));

        private static byte[] RandomBytes(int count)
        {
            var data = new byte[count];
            using (var random = RandomNumberGenerator.Create()) random.GetBytes(data);
            return data;
        }

        private static string RandomHex() => HexOf(RandomBytes(16));

        private static long RandomUpTo(long most) => BitConverter.ToUInt32(RandomBytes(4), 0) % (most + 1);

        // Memory

        private void Load()
        {
            now = options.Now();
            saved = Attempt(() => File.ReadAllText(path), "");
            // What is not of its kind is left out: somebody may have edited the file.
            var kept = AsMap(Json.Parse(saved));
            var before = TextOf(kept, "machine");
            if (machine != "" && before != "" && before != machine)
            {
                // Copied from another machine: its seat stays there.
                kept = new Map { ["key"] = TextOf(kept, "key") };
            }
            memory = new Memory
            {
                Device = TextOf(kept, "device"), Machine = machine == "" ? before : machine, Key = TextOf(kept, "key"),
                Answer = TextOf(kept, "answer"), File = TextOf(kept, "file"), Keys = AsList(Get(kept, "keys")),
                Latest = NumberOf(kept, "latest"), Failures = Math.Max(0, NumberOf(kept, "failures")),
                Due = NumberOf(kept, "due"), PausedUntil = NumberOf(kept, "pausedUntil"), BusyUntil = NumberOf(kept, "busyUntil"),
            };
            if (options.BindToMachine && machine != "") memory.Device = machine;
            if (memory.Device == "") memory.Device = RandomHex();
            var named = options.Device ?? Environment.GetEnvironmentVariable("LICENSE_DEVICE");
            device = string.IsNullOrEmpty(named) ? memory.Device : named;
            trusted = Reach(memory.Keys);
        }

        /// <summary>Replaces the file in one step, so that a crash leaves the old one. Whether it is kept.</summary>
        private bool Save()
        {
            var text = Json.Write(new Map
            {
                ["device"] = memory.Device, ["machine"] = memory.Machine, ["key"] = memory.Key,
                ["answer"] = memory.Answer, ["file"] = memory.File, ["keys"] = memory.Keys,
                ["latest"] = memory.Latest, ["failures"] = memory.Failures,
                ["due"] = memory.Due, ["pausedUntil"] = memory.PausedUntil, ["busyUntil"] = memory.BusyUntil,
            });
            if (text == saved) return true;
            var isKept = Attempt(() =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path));
                var data = Encoding.UTF8.GetBytes(text);
                // Mono locks no file against another process.
                var unfinished = path + "." + Process.GetCurrentProcess().Id + ".new";
                using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None))
                {
                    file.Write(data, 0, data.Length);
                    file.Flush(true);
                }
                if (File.Exists(path)) File.Replace(unfinished, path, null);
                else File.Move(unfinished, path);
                return true;
            }, false);
            if (isKept) saved = text;
            return isKept;
        }

        /// <summary>Forgets the licence; who this device is stays.</summary>
        private void Forget(string nextKey) => memory = new Memory
        {
            Device = memory.Device, Machine = memory.Machine, Keys = memory.Keys, Latest = memory.Latest, Key = nextKey,
        };

        // The platform

        private static bool IsWindows => Environment.OSVersion.Platform == PlatformID.Win32NT;

        private static bool IsMac => Directory.Exists("/System/Library/CoreServices");

        /// <summary>The user's folder for the data of programs.</summary>
        private static string UsualFolder()
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            var data = IsMac ? Path.Combine(home, "Library", "Application Support")
                : Environment.GetEnvironmentVariable(IsWindows ? "APPDATA" : "XDG_DATA_HOME");
            return Path.Combine(string.IsNullOrEmpty(data) ? Path.Combine(home, ".local", "share") : data, "licenses");
        }

        /// <summary>The id that the operating system has given this machine; empty where there is none.</summary>
        private static string MachineId() => Attempt(() =>
        {
            if (IsMac) return Found("IOPlatformUUID\" = \"([^\"]+)", "ioreg", "-rd1 -c IOPlatformExpertDevice");
            if (!IsWindows) return File.ReadAllText("/etc/machine-id").Trim();
            const string asked = @"query HKLM\SOFTWARE\Microsoft\Cryptography /v MachineGuid";
            return Found(@"MachineGuid\s+REG_SZ\s+(\S+)", "reg", asked);
        }, "");

        /// <summary>What a command says of this; empty if it says nothing.</summary>
        private static string Found(string pattern, string command, string arguments)
        {
            var start = new ProcessStartInfo(command, arguments)
            {
                UseShellExecute = false, RedirectStandardOutput = true, CreateNoWindow = true,
            };
            using (var process = Process.Start(start))
            {
                return Regex.Match(process.StandardOutput.ReadToEnd(), pattern).Groups[1].Value;
            }
        }

        // Texts

        private static void Demand(bool holds, string why, string help = Later)
        {
            if (!holds) throw new Doubt(why, help);
        }

        /// <summary>A key as it was meant: no spaces around it, no marks that nobody sees, and plain hyphens.</summary>
        private static string Tidy(string key)
        {
            var seen = Regex.Replace(key, "[\\u00ad\\u200b-\\u200f\\u2060\\ufeff]", "");
            var plain = Regex.Replace(seen, "[\\u2010-\\u2015\\u2212\\ufe58\\ufe63\\uff0d]", "-");
            return Regex.Replace(plain, "[\\s\\p{Z}]+", " ").Trim();
        }

        /// <summary>A key without what the server overlooks.</summary>
        private static string Plain(string key) => Regex.Replace(key.ToUpperInvariant(), @"[^\p{L}\p{N}]", "");

        // JSON of whatever shape: what is not there is empty

        private static object Get(Map map, string name) => map.TryGetValue(name, out var value) ? value : null;

        private static Map AsMap(object value) => value as Map ?? new Map();

        private static List<object> AsList(object value) => value as List<object> ?? new List<object>();

        private static string TextOf(Map map, string name) => Get(map, name) as string ?? "";

        private static long NumberOf(Map map, string name) => Get(map, name) as long? ?? 0;

        private static long SecondsOf(Map map, string name) =>
            DateTimeOffset.Parse(TextOf(map, name), CultureInfo.InvariantCulture).ToUnixTimeSeconds();

        /// <summary>Reads and writes JSON as Map, List, string, long, double, bool and null.</summary>
        internal sealed class Json
        {
            private const int DepthMax = 50;
            private static readonly Regex Word = new Regex(@"\G(true|false|null|-?\d+(\.\d+)?([eE][-+]?\d+)?)");
            private readonly string text;
            private int at;

            private Json(string text)
            {
                this.text = text;
            }

            /// <summary>Null for what is no JSON.</summary>
            internal static object Parse(string text)
            {
                var json = new Json(text);
                var value = Attempt(() => json.Value(0), null);
                return json.Next() == '\0' ? value : null;
            }

            /// <summary>The next character that is no space; 0 at the end.</summary>
            private char Next()
            {
                while (at < text.Length && " \t\r\n".IndexOf(text[at]) >= 0) at++;
                return at < text.Length ? text[at] : '\0';
            }

            private bool Takes(char wanted)
            {
                var isThere = Next() == wanted;
                if (isThere) at++;
                return isThere;
            }

            private void Expect(char wanted)
            {
                if (!Takes(wanted)) throw new FormatException();
            }

            private object Value(int depth)
            {
                if (depth > DepthMax) throw new FormatException();
                if (Next() == '"') return String();
                if (Takes('[')) return Items(']', new List<object>(), list => list.Add(Value(depth + 1)));
                if (Takes('{'))
                {
                    return Items('}', new Map(), map =>
                    {
                        var name = String();
                        Expect(':');
                        map[name] = Value(depth + 1);
                    });
                }
                var word = Word.Match(text, at).Value;
                at += word.Length;
                if (word == "true" || word == "false") return word == "true";
                if (word == "null") return null;
                if (Regex.IsMatch(word, @"^-?\d{1,18}$")) return long.Parse(word, CultureInfo.InvariantCulture);
                return double.Parse(word, NumberStyles.Float, CultureInfo.InvariantCulture);
            }

            private T Items<T>(char end, T items, Action<T> takeOne)
            {
                if (Takes(end)) return items;
                do takeOne(items); while (Takes(','));
                Expect(end);
                return items;
            }

            private string String()
            {
                Expect('"');
                var said = new StringBuilder();
                for (var each = text[at++]; each != '"'; each = text[at++])
                {
                    if (each < ' ') throw new FormatException();
                    said.Append(each == '\\' ? Escaped(text[at++]) : each);
                }
                return said.ToString();
            }

            private char Escaped(char kind)
            {
                if (kind != 'u') return "\"\\/\b\f\n\r\t"["\"\\/bfnrt".IndexOf(kind)];
                at += 4;
                return (char)Convert.ToUInt16(text.Substring(at - 4, 4), 16);
            }

            internal static string Write(object value)
            {
                if (value == null) return "null";
                if (value is bool) return (bool)value ? "true" : "false";
                if (value is string) return "\"" + string.Concat(((string)value).Select(Written)) + "\"";
                if (value is List<object>) return "[" + string.Join(",", ((List<object>)value).Select(Write)) + "]";
                if (!(value is Map)) return ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture);
                return "{" + string.Join(",", ((Map)value).Select(each => Write(each.Key) + ":" + Write(each.Value))) + "}";
            }

            private static string Written(char each)
            {
                var isPlain = each >= ' ' && each != '"' && each != '\\' && !char.IsSurrogate(each);
                return isPlain ? each.ToString() : "\\u" + ((int)each).ToString("x4");
            }
        }
    }
}
