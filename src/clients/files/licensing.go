// Package licensing asks your Latchkey server whether this installation may run, believes signed answers only, and
// remembers the last good one for the days without a network. Go 1.19 or later, the standard library alone.
//
//	l := licensing.New(licensing.Options{APIKey: "lk_..."})
//	verdict := l.Activate(keyFromTheCustomer) // once
//	verdict := l.Check()                      // at each start, and daily
//	if !verdict.Allowed {
//		fmt.Println(verdict.Why, verdict.Help)
//	}
//
// Nothing here returns an error or panics: Result is what the server says, Allowed is what follows from it, a licence
// that is good, or was good lately while nobody can tell. Times are Unix seconds. Processes may share a licence: what
// one of them is given stays, unless another writes at the same instant.
package licensing

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/big"
	mathrand "math/rand"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Filled in when this file was printed.
const (
	server = "@server@"
	// The uuid of the product, and its name for messages.
	product     = "@product@"
	productName = "@product-name@"
	// An API key with the preset "client". Anybody can read it here, so never another one.
	apiKey = "@api-key@"
	// How many days the program may go on after the last good answer.
	graceDays = 7
)

// The public keys that may sign, DER in base64. Later ones are trusted if one of these has certified them.
var publicKeys = []string{"@public-keys@"}

const (
	day            = 86400
	clockError     = 300
	answerBytesMax = 1000000

	// What is said more than once.
	later    = "Check the internet connection; the program asks again later."
	newFile  = "Ask for a new one."
	writable = "Make the data folder of the program writable."
)

// What each refusal means, and what helps the customer. All other codes say nothing about the licence.
var refusals = map[int][2]string{
	201: {"This licence key has not been sold.", "Ask the shop where you bought it."},
	202: {"The licence is not active on this device.", "Activate it again."},
	203: {productName + " is not available at present.", "Contact the vendor."},
	204: {"This licence is blocked.", "Contact the vendor."},
	205: {"This licence has ended.", "Renew it."},
	210: {"There is no such licence key for " + productName + ".", "Check the key for typing errors."},
	215: {"The request named no device.", "Report this to the vendor: it is a fault of the program."},
	302: {"All seats of this licence are taken.", "Deactivate another device, or buy a further seat."},
	401: {"The licence was not active on this device.", "There is nothing to do."},
}

// The results of a verdict.
const (
	Good       = "good"
	Refused    = "refused"
	CannotTell = "cannot tell"
)

// Verdict is what is known of the licence.
type Verdict struct {
	Result     string // What the server says: one of the three above.
	Allowed    bool   // Whether the program may run.
	Why, Help  string // A sentence for the customer, and what they can do.
	Code       int    // Code of the answer; 0 if there was no genuine one.
	Until      int64  // Until when the program may run if the server stays silent; 0 for not at all.
	RetryAfter int64  // How many seconds the server asked to wait.
}

// Release is a published release. URL is where to download it, good for some minutes.
type Release struct {
	Version        string `json:"version"`
	NumericVersion int    `json:"numeric_version"`
	Summary        string `json:"update_summary"`
	Changelog      string `json:"changelog"`
	Date           string `json:"release_date"`
	URL            string `json:"url"`
}

// Options of a Licensing; each may be left out.
type Options struct {
	APIKey, Server string
	// Folder is where to keep the licence, by default the user's folder for the data of programs.
	Folder string
	// Device names this device; otherwise the variable LICENSE_DEVICE, otherwise a random name, made once and kept.
	Device string
	// BindToMachine takes the machine's id, hashed with the product, instead of a random name.
	BindToMachine bool
	// For tests: the time, the machine's id, how long a request may take, and how long pauses are.
	Now             func() time.Time
	Machine         string
	Deadline, Pause time.Duration
}

// Licensing is the licence of this installation. It may be used by many goroutines.
type Licensing struct {
	options Options
	client  *http.Client
	dice    *mathrand.Rand
	path    string
	// What is kept, as text and as data.
	saved  string
	memory memory
	// The time, the name of this device, and the keys that may sign.
	now     int64
	device  string
	trusted keySet
}

// One check in flight: others wait for it, and find its answer.
var turn sync.Mutex

// What is kept between two starts.
type memory struct {
	Device      string      `json:"device"`
	Machine     string      `json:"machine"`
	Key         string      `json:"key"`
	Answer      string      `json:"answer"`
	File        string      `json:"file"`
	Keys        []listedKey `json:"keys"`
	Latest      int64       `json:"latest"`
	Due         int64       `json:"due"`
	PausedUntil int64       `json:"pausedUntil"`
	BusyUntil   int64       `json:"busyUntil"`
	Failures    int64       `json:"failures"`
}

// New makes a Licensing. It reads and asks nothing of the licence yet.
func New(options Options) *Licensing {
	options.APIKey = or(options.APIKey, apiKey)
	options.Server = or(options.Server, server)
	options.Folder = or(options.Folder, usualFolder())
	options.Device = or(options.Device, os.Getenv("LICENSE_DEVICE"))
	options.Machine = or(options.Machine, machineID())
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Deadline == 0 {
		options.Deadline, options.Pause = 10*time.Second, 500*time.Millisecond
	}
	// A redirection leads to a stranger's page.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Licensing{
		options: options,
		client:  &http.Client{CheckRedirect: stay},
		dice:    mathrand.New(mathrand.NewSource(time.Now().UnixNano())),
		path:    filepath.Join(options.Folder, "license-"+product+".json"),
	}
}

// Activate takes a seat for this device. Call it when the customer enters a key.
func (l *Licensing) Activate(licenseKey string) Verdict {
	defer l.begin()()
	if key := tidy(licenseKey); key != l.memory.Key {
		l.forget(key)
	}
	// Kept before the request: a device that is not known again would take a seat at each start.
	if !l.save() && l.options.Device == "" {
		return l.cannotTell(doubt("This device cannot keep its licence.", writable))
	}
	return l.decide("activate")
}

// Check says whether the program may run. It asks the server once a day.
func (l *Licensing) Check() Verdict { return l.check(false) }

// CheckNow asks the server at once.
func (l *Licensing) CheckNow() Verdict { return l.check(true) }

func (l *Licensing) check(isDue bool) Verdict {
	defer l.begin()()
	if l.memory.Key == "" {
		return nothingEntered
	}
	if until := l.until(); !isDue && until >= l.now && l.isAhead(l.memory.Due, day) {
		return good(until)
	}
	if !isDue && (l.isAhead(l.memory.PausedUntil, 7200) || l.isAhead(l.memory.BusyUntil, 3600)) {
		return l.cannotTell(doubt("The licence server did not answer lately.", later))
	}
	return l.decide("verify")
}

// Deactivate frees the seat of this device, and forgets the licence.
func (l *Licensing) Deactivate() Verdict {
	defer l.begin()()
	if l.memory.Key == "" {
		return nothingEntered
	}
	said := l.ask("deactivate", url.Values{})
	isFreed := string(said.Code) == `"400"`
	if isFreed || said.number == 401 {
		l.forget("")
	}
	if isFreed {
		return Verdict{Result: Good, Why: "The licence was deactivated on this device.", Code: 400}
	}
	return l.judge(said)
}

// Feature is the value of a feature of the licence: a bool, a float64 or a string; nil without it, or while the program
// may not run.
func (l *Licensing) Feature(name string) interface{} {
	defer l.begin()()
	file, trouble := l.openFile(l.memory.File)
	if trouble != nil || l.until() < l.now {
		return nil
	}
	// A licence without features has an empty list here.
	features, _ := file.License.Features.(map[string]interface{})
	return features[name]
}

// Update is the newest published release; nil if there is none, or nobody can tell.
func (l *Licensing) Update() *Release {
	defer l.begin()()
	said := l.ask("access-downloadables", url.Values{})
	if said.number != 600 || len(said.Releases) == 0 {
		return nil
	}
	return &said.Releases[0]
}

// Report tells the vendor a number or a text, for the user or, if that is empty, the device; whether it arrived.
func (l *Licensing) Report(group string, value interface{}, version, user string) bool {
	defer l.begin()()
	kind, name := "numeric-single-value", "numeric_data_single_value"
	if _, isText := value.(string); isText {
		kind, name = "text", "text_data"
	}
	return l.ask("send-telemetry-data", url.Values{
		"user_identifier":       {or(user, l.device)},
		"activation_identifier": {l.device},
		"product_version":       {version},
		"data_group":            {group},
		"data_type":             {kind},
		name:                    {fmt.Sprint(value)},
	}).isReport()
}

// OfflineFile fetches a file that holds for a day and this many days more, keeps it, and returns its text; empty if
// there is none.
func (l *Licensing) OfflineFile(graceDays int) string {
	defer l.begin()()
	if l.fetchFile(int64(graceDays)) != nil {
		return ""
	}
	return l.memory.File
}

// UseOfflineFile takes a file that was fetched elsewhere for this device, which may never be online.
func (l *Licensing) UseOfflineFile(text string) Verdict {
	defer l.begin()()
	text = strings.TrimSpace(text)
	file, trouble := l.openFile(text)
	switch {
	case trouble != nil:
		return l.cannotTell(trouble)
	case file.endsAt < l.now:
		return refused(205)
	case l.isSetBack() || file.lapsesAt < l.now:
		return l.cannotTell(doubt("This file has lapsed.", newFile))
	case l.memory.Key == "":
		l.memory.Key = file.License.Key
	}
	l.memory.File = text
	return good(file.lapsesAt)
}

// DeviceName is the name of this device, as the server knows it. Show it to customers whose machine is never online.
func (l *Licensing) DeviceName() string {
	defer l.begin()()
	return l.device
}

// Asking and judging

func (l *Licensing) decide(endpoint string) Verdict {
	// Until an answer says otherwise: a pause that grows, at random, so that copies do not come back together.
	pause := min(3600, 60<<min(max(l.memory.Failures, 0), 9))
	l.memory.Failures++
	l.memory.PausedUntil = l.now + pause + l.dice.Int63n(pause/4)
	said := l.ask(endpoint, url.Values{})
	if !said.isGood() {
		return l.judge(said)
	}
	l.memory.Answer, l.memory.Latest, l.memory.PausedUntil, l.memory.Failures = said.text, l.now, 0, 0
	// Copies that started together come back apart.
	l.memory.Due = l.now + day - l.dice.Int63n(4*3600)
	// A file as good as the kept one has the licence's features and its end. Without one, the old one stays.
	days := max(graceDays, 1)
	if kept, trouble := l.openFile(l.memory.File); trouble == nil {
		days = max(days, (kept.lapsesAt-l.now)/day)
	}
	l.fetchFile(days - 1)
	verdict := good(l.until())
	verdict.Code = said.number
	if !l.save() {
		verdict.Help = writable
	}
	return verdict
}

// What an answer means that is not good.
func (l *Licensing) judge(said *answer) Verdict {
	if said.doubt != nil {
		return l.cannotTell(said.doubt)
	}
	if _, isRefusal := refusals[said.number]; !isRefusal {
		why := "The licence server says: " + said.Message + "."
		return l.cannotTell(&Verdict{Why: why, Help: later, Code: said.number})
	}
	// Or a customer who was refused could go on by pulling the plug.
	l.memory.Answer, l.memory.File, l.memory.Due, l.memory.PausedUntil, l.memory.Failures = "", "", 0, 0, 0
	return refused(said.number)
}

func (l *Licensing) cannotTell(trouble *Verdict) Verdict {
	l.memory.Latest = max(l.memory.Latest, l.now)
	verdict := *trouble
	verdict.Result, verdict.Until = CannotTell, l.until()
	verdict.Allowed = verdict.Until >= l.now
	return verdict
}

// Until when the kept proofs let the program run; 0 for not at all.
func (l *Licensing) until() int64 {
	if l.isSetBack() {
		return 0
	}
	var until int64
	if kept := l.keptAnswer(); kept != nil {
		until = kept.Timestamp + graceDays*day
	}
	if file, trouble := l.openFile(l.memory.File); trouble == nil {
		until = min(file.endsAt, max(file.lapsesAt, until))
	}
	return until
}

func (l *Licensing) isSetBack() bool { return l.now < l.memory.Latest-clockError }

// Whether a kept moment is still to come. One that is too far off was kept while the clock was wrong.
func (l *Licensing) isAhead(moment, atMost int64) bool {
	return l.now < moment && moment <= l.now+atMost
}

// Messages

// What the server signed, and its signature.
type answer struct {
	Code              json.RawMessage `json:"code"`
	Message           string          `json:"message"`
	Key               string          `json:"license_key_sha256"`
	Device            string          `json:"identifier_sha256"`
	Nonce             string          `json:"nonce"`
	Product           string          `json:"product_uuid"`
	Timestamp         int64           `json:"timestamp"`
	Keys              []listedKey     `json:"keys"`
	Releases          []Release       `json:"downloadables"`
	number            int
	text              string
	signed, signature string
	// Why it cannot be believed; nothing else counts then.
	doubt *Verdict
}

func (a *answer) isGood() bool { return a.number == 200 || a.number == 300 || a.number == 301 }

func (a *answer) isReport() bool { return a.number == 830 || a.number == 831 }

// Asks the server. There is a doubt unless the answer is genuine, fresh, and about this key, device and product.
func (l *Licensing) ask(endpoint string, fields url.Values) *answer {
	fields.Set("license_key", l.memory.Key)
	fields.Set("identifier", l.device)
	text, nonce, trouble := l.send(endpoint, fields)
	if trouble != nil {
		return &answer{doubt: trouble}
	}
	said := read(text)
	isSigned := said.isSignedBy(l.trusted) || said.signed != "" && l.followKeys() && said.isSignedBy(l.trusted)
	// Codes below 200 and above 9000 are about the request or the server.
	isAboutRequest := said.number != 0 && (said.number < 200 || said.number >= 9000)
	switch {
	case said.signed == "":
		return &answer{doubt: doubt("Something else than the licence server has answered.", later)}
	case !isSigned:
		return &answer{doubt: doubt("The answer was not signed by the licence server.", later)}
	case !l.isFresh(said):
		return &answer{doubt: wrongClock}
	case !isAboutRequest && (said.Nonce != nonce || !l.isMine(said)):
		return &answer{doubt: doubt("The answer is to another request.", later)}
	}
	return said
}

func (l *Licensing) isFresh(said *answer) bool {
	return max(said.Timestamp-l.now, l.now-said.Timestamp) <= clockError
}

// Whether an answer is about this licence key, device and product.
func (l *Licensing) isMine(said *answer) bool {
	// A report goes without device and product, and 210 without a product: there is no such key, or none of it.
	return said.Key == hash(l.memory.Key) &&
		(said.isReport() || said.Device == hash(l.device)) &&
		(said.isReport() || said.number == 210 || said.Product == product)
}

// Posts a form, three times at most. Returns the body of the answer, and the nonce of its request.
func (l *Licensing) send(endpoint string, fields url.Values) (text, nonce string, trouble *Verdict) {
	giveUp := time.Now().Add(l.options.Deadline)
	for attempt := 1; ; attempt++ {
		if l.isAhead(l.memory.BusyUntil, 3600) {
			wait := l.memory.BusyUntil - l.now
			return "", "", &Verdict{Why: "The licence server is busy.", Help: "Try again later.", RetryAfter: wait}
		}
		if attempt > 3 || time.Now().After(giveUp) {
			return "", "", doubt("The licence server cannot be reached.", later)
		}
		time.Sleep(l.options.Pause * time.Duration(attempt-1) * time.Duration(500+l.dice.Intn(1000)) / 1000)
		nonce = randomHex()
		fields.Set("nonce", nonce)
		fields.Set("product_id", product)
		fields.Set("signature_algorithm", "ES256")
		text, status, wait := l.fetch("POST", endpoint, fields.Encode(), giveUp)
		l.memory.BusyUntil = 0
		if wait > 0 {
			l.memory.BusyUntil = l.now + min(wait, 3600)
		} else if status > 0 && (status < 500 || attempt == 3) {
			return text, nonce, nil
		}
	}
}

// The body, the status and the seconds to wait; the status is 0 without a whole answer.
func (l *Licensing) fetch(method, path, form string, giveUp time.Time) (text string, status int, wait int64) {
	address := strings.TrimRight(l.options.Server, "/") + "/api/v1/" + path
	limit, cancel := context.WithDeadline(context.Background(), giveUp)
	defer cancel()
	request, err := http.NewRequestWithContext(limit, method, address, strings.NewReader(form))
	if err != nil {
		return "", 0, 0
	}
	// The list of keys is for everybody.
	if form != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Authorization", "Bearer "+l.options.APIKey)
	}
	response, err := l.client.Do(request)
	if err != nil {
		return "", 0, 0
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, answerBytesMax))
	if err != nil {
		return "", 0, 0
	}
	wait, _ = strconv.ParseInt(response.Header.Get("Retry-After"), 10, 64)
	return string(body), response.StatusCode, wait
}

// Reads an answer, whose signature is still to be checked.
func read(text string) *answer {
	var envelope struct {
		Signed    string `json:"response_base64"`
		Signature string `json:"signature"`
	}
	said := answer{text: text}
	if json.Unmarshal([]byte(text), &envelope) != nil {
		return &said
	}
	// Only what was signed counts: anybody on the way can change the "response" beside it.
	if json.Unmarshal(bytesOf(envelope.Signed), &said) == nil {
		said.signed, said.signature = envelope.Signed, envelope.Signature
	}
	said.number, _ = strconv.Atoi(string(said.Code))
	return &said
}

func (a *answer) isSignedBy(keys keySet) bool {
	return a.Timestamp != 0 && a.Code != nil && isSigned(a.signed, a.signature, keys)
}

// What the kept answer says, if it is still worth something.
func (l *Licensing) keptAnswer() *answer {
	said := read(l.memory.Answer)
	if !said.isSignedBy(l.trusted) || !said.isGood() || !l.isMine(said) || said.Timestamp > l.now+clockError {
		return nil
	}
	return said
}

// Offline files

type offlineFile struct {
	Signature string    `json:"signature"`
	IssuedAt  time.Time `json:"issued_at"`
	GraceDays int64     `json:"grace_period_days"`
	Product   string    `json:"product_uuid"`
	License   struct {
		Key       string      `json:"key"`
		Device    string      `json:"hardware_id"`
		Domain    string      `json:"domain"`
		Features  interface{} `json:"features"`
		ExpiresAt time.Time   `json:"expires_at"`
		EndsAt    *time.Time  `json:"ends_at"`
	} `json:"license"`
	endsAt, lapsesAt int64
}

func (l *Licensing) fetchFile(days int64) *Verdict {
	fields := url.Values{"identifier": {l.device}, "hardware_id": {l.device}, "grace_period_days": {fmt.Sprint(days)}}
	text, _, trouble := l.send("licenses/"+url.PathEscape(l.memory.Key)+"/offline-file", fields)
	if trouble != nil {
		return trouble
	}
	file, trouble := l.openFile(text)
	switch {
	case trouble != nil:
		return trouble
	case file.lapsesAt < l.now:
		return doubt("This file has lapsed.", newFile)
	}
	l.memory.File = text
	return nil
}

// What the server overlooks in a licence key.
var overlooked = regexp.MustCompile(`[^\pL\pN]`)

// Reads an offline file. There is a doubt unless it is genuine and for this device, licence and product.
func (l *Licensing) openFile(text string) (*offlineFile, *Verdict) {
	var file offlineFile
	err := json.Unmarshal([]byte(text), &file)
	// The signature is over the file as it stands, without itself.
	signature := `,"signature":"` + file.Signature + `"`
	at := strings.LastIndex(text, signature)
	if err != nil || at < 0 || !isSigned(text[:at]+text[at+len(signature):], file.Signature, l.trusted) {
		return nil, doubt("This file was not signed by the licence server.", newFile)
	}
	key, known := overlooked.ReplaceAllString(file.License.Key, ""), overlooked.ReplaceAllString(l.memory.Key, "")
	switch {
	case file.License.Device != l.device && file.License.Domain != l.device,
		l.memory.Key != "" && !strings.EqualFold(key, known):
		return nil, doubt("This file is for another device or licence.", "Ask for one for this device.")
	// A file that names no product needs a good answer beside it, which does.
	case file.Product != product && (file.Product != "" || l.keptAnswer() == nil):
		return nil, doubt("This file is not for "+productName+".", newFile)
	case file.IssuedAt.Unix() > l.now+clockError:
		return nil, wrongClock
	}
	file.endsAt = math.MaxInt64
	if file.License.EndsAt != nil {
		file.endsAt = file.License.EndsAt.Unix()
	}
	file.lapsesAt = min(file.License.ExpiresAt.Unix()+file.GraceDays*day, file.endsAt)
	return &file, nil
}

// Keys and signatures

// Keys as DER in base64.
type keySet map[string]bool

type listedKey struct {
	ID          string `json:"key_id"`
	PublicKey   string `json:"public_key"`
	State       string `json:"state"`
	CertifiedBy string `json:"certified_by"`
	Certificate string `json:"certificate"`
}

var aroundPEM = regexp.MustCompile(`-----[^-]+-----|\s`)

func (k listedKey) base64() string { return aroundPEM.ReplaceAllString(k.PublicKey, "") }

// Follows certificates to the keys that the server lists. Whether anything was learnt.
func (l *Licensing) followKeys() bool {
	query := url.Values{"product_id": {product}, "signature_algorithm": {"ES256"}}
	text, _, _ := l.fetch("GET", "keys?"+query.Encode(), "", time.Now().Add(l.options.Deadline))
	said := read(text)
	reached := reach(said.Keys)
	// Everybody gets the same list, so only its time shows that it is not an old one.
	if !said.isSignedBy(reached) || !l.isFresh(said) {
		return false
	}
	l.memory.Keys, l.trusted = said.Keys, reached
	return true
}

// The keys that may sign: the printed ones, and those that certificates lead to; without retired ones.
func reach(listed []listedKey) keySet {
	reached, byID := keySet{}, map[string]listedKey{}
	for _, key := range publicKeys {
		reached[key] = true
	}
	for _, key := range listed {
		byID[key.ID] = key
	}
	for before := -1; before < len(reached); {
		before = len(reached)
		for _, key := range listed {
			certifier := byID[key.CertifiedBy].base64()
			if !reached[certifier] {
				continue
			}
			der, kind := bytesOf(key.base64()), "latchkey key certificate"
			// The description of a companion on P-256 has 91 bytes, of RSA at least 294.
			if len(der) == 91 {
				kind = "latchkey companion certificate"
			}
			lines := []string{kind, key.CertifiedBy, key.ID, hash(string(der))}
			if isSigned(strings.Join(lines, "\n"), key.Certificate, keySet{certifier: true}) {
				reached[key.base64()] = true
			}
		}
	}
	for _, key := range listed {
		if key.State == "retired" {
			delete(reached, key.base64())
		}
	}
	return reached
}

// Whether one of these keys, RSA or P-256, has signed the text.
func isSigned(text, signature string, keys keySet) bool {
	digest, given := sha256.Sum256([]byte(text)), bytesOf(signature)
	for key := range keys {
		parsed, _ := x509.ParsePKIXPublicKey(bytesOf(key))
		switch public := parsed.(type) {
		case *rsa.PublicKey:
			if rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], given) == nil {
				return true
			}
		case *ecdsa.PublicKey:
			if len(given) != 64 {
				continue
			}
			r, s := new(big.Int).SetBytes(given[:32]), new(big.Int).SetBytes(given[32:])
			if ecdsa.Verify(public, digest[:], r, s) {
				return true
			}
		}
	}
	return false
}

// The bytes behind base64; none if it is none.
func bytesOf(text string) []byte {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return data
}

func hash(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

func randomHex() string {
	data := make([]byte, 16)
	if _, err := rand.Read(data); err != nil {
		panic(err) // The system has no randomness: nothing is safe there.
	}
	return fmt.Sprintf("%x", data)
}

// Memory

// Takes the lock and reads what is kept. Returns what keeps the changes and gives the lock back.
func (l *Licensing) begin() func() {
	turn.Lock()
	data, _ := os.ReadFile(l.path)
	l.now, l.saved, l.memory = l.options.Now().Unix(), string(data), remembered(string(data))
	if l.options.Machine != "" {
		mark := hash(product + "\n" + l.options.Machine)
		if l.memory.Machine != "" && l.memory.Machine != mark {
			// Copied from another machine: its seat stays there.
			l.memory = memory{Key: l.memory.Key}
		}
		l.memory.Machine = mark
		if l.options.BindToMachine {
			l.memory.Device = mark
		}
	}
	l.memory.Device = or(l.memory.Device, randomHex())
	l.device, l.trusted = or(l.options.Device, l.memory.Device), reach(l.memory.Keys)
	return func() {
		l.save()
		turn.Unlock()
	}
}

// Replaces the file in one step, so that a crash leaves the old one. Whether it is kept.
func (l *Licensing) save() bool {
	data, _ := json.Marshal(l.memory)
	if string(data) == l.saved {
		return true
	}
	_ = os.MkdirAll(l.options.Folder, 0o700)
	// Of this process alone: another one may write as well.
	fresh := fmt.Sprintf("%s.%d.new", l.path, os.Getpid())
	file, err := os.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return false
	}
	_, written := file.Write(data)
	synced, closed := file.Sync(), file.Close()
	if written != nil || synced != nil || closed != nil {
		return false
	}
	if now, _ := os.ReadFile(l.path); string(now) != l.saved {
		_ = os.Remove(fresh)
		return !l.merge(string(now)) || l.save()
	}
	if os.Rename(fresh, l.path) != nil {
		return false
	}
	l.saved = string(data)
	return true
}

// Takes over what another process has kept since, but for what was changed here. False if it has entered another key,
// or left this one: then its memory stays as it is.
func (l *Licensing) merge(text string) bool {
	was, is, m := remembered(l.saved), remembered(text), &l.memory
	if is.Key != was.Key && (m.Key == was.Key || m.Key == "") {
		return false
	}
	if is.Key == m.Key && m.Answer == was.Answer {
		m.Answer, m.Due = is.Answer, is.Due
	}
	if is.Key == m.Key && m.File == was.File {
		m.File = is.File
	}
	if was.Device == "" && is.Device != "" {
		m.Device = is.Device
		l.device = or(l.options.Device, m.Device)
	}
	l.saved = text
	return true
}

// What a text says that was kept. A damaged one says nothing: somebody may have edited it.
func remembered(text string) (m memory) {
	if json.Unmarshal([]byte(text), &m) != nil {
		return memory{}
	}
	return m
}

// Forgets the licence; who this device is stays.
func (l *Licensing) forget(key string) {
	m := l.memory
	l.memory = memory{Device: m.Device, Machine: m.Machine, Keys: m.Keys, Latest: m.Latest, Key: key}
}

// Texts

var nothingEntered = Verdict{
	Result: Refused, Why: "No licence key has been entered yet.", Help: "Enter the key that you have bought.",
}

var wrongClock = doubt("The clock of this device is wrong.", "Set date and time, then try again.")

// Why there is no answer that can be believed.
func doubt(why, help string) *Verdict { return &Verdict{Why: why, Help: help} }

func good(until int64) Verdict {
	return Verdict{Result: Good, Allowed: true, Why: "The licence is good.", Until: until}
}

func refused(code int) Verdict {
	return Verdict{Result: Refused, Why: refusals[code][0], Help: refusals[code][1], Code: code}
}

var (
	unseen  = regexp.MustCompile(`[\x{ad}\x{200b}-\x{200f}\x{2060}\x{feff}]`)
	hyphens = regexp.MustCompile(`[\x{2010}-\x{2015}\x{2212}\x{fe58}\x{fe63}\x{ff0d}]`)
)

// A key as it was meant: without spaces around it or marks that nobody sees, and with plain hyphens.
func tidy(key string) string {
	return strings.Join(strings.Fields(hyphens.ReplaceAllString(unseen.ReplaceAllString(key, ""), "-")), " ")
}

// The platform

// The user's folder for the data of programs.
func usualFolder() string {
	base, _ := os.UserConfigDir()
	if runtime.GOOS != "windows" && runtime.GOOS != "darwin" {
		home, _ := os.UserHomeDir()
		base = or(os.Getenv("XDG_DATA_HOME"), filepath.Join(home, ".local", "share"))
	}
	return filepath.Join(base, "licenses")
}

// The id that the operating system has given this machine; empty where there is none.
func machineID() string {
	command, isAsked := map[string][]string{
		"darwin":  {"ioreg", "-rd1", "-c", "IOPlatformExpertDevice"},
		"windows": {"reg", "query", `HKLM\SOFTWARE\Microsoft\Cryptography`, "/v", "MachineGuid"},
	}[runtime.GOOS]
	if !isAsked {
		data, _ := os.ReadFile("/etc/machine-id")
		return strings.TrimSpace(string(data))
	}
	said, _ := exec.Command(command[0], command[1:]...).Output()
	found := regexp.MustCompile(`(?:IOPlatformUUID" = "|MachineGuid\s+REG_SZ\s+)([^"\s]+)`).FindSubmatch(said)
	if found == nil {
		return ""
	}
	return string(found[1])
}

func or(text, usual string) string {
	if text == "" {
		return usual
	}
	return text
}

func max(a, b int64) int64 {
	if a > b {
		return a
	}
	return b
}

func min(a, b int64) int64 { return -max(-a, -b) }
