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
// that is good, or was good lately while nobody can tell. Times are Unix seconds.
package licensing

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
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
	"unicode"
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
	fileName       = "license-" + product + ".json"
	later          = "Check the internet connection; the program asks again later."
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
	Result string
	// Allowed says whether the program may run.
	Allowed bool
	// Why is a sentence for the customer, Help what they can do.
	Why, Help string
	// Code of the answer; 0 if there was no genuine one.
	Code int
	// Until is when the program may run to if the server stays silent; 0 if that is never, or without an end.
	Until int64
	// RetryAfter is how many seconds the server asked to wait.
	RetryAfter int64
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
	// Device names this device; otherwise the variable LICENSE_DEVICE does, otherwise a random name, made once and kept.
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
	// One check in flight: others wait for it, and find its answer.
	mutex   sync.Mutex
	memory  memory
	trusted []string
}

// What is kept between two starts.
type memory struct {
	Device      string      `json:"device,omitempty"`
	Machine     string      `json:"machine,omitempty"`
	Key         string      `json:"key,omitempty"`
	Answer      string      `json:"answer,omitempty"`
	File        string      `json:"file,omitempty"`
	Keys        []listedKey `json:"keys,omitempty"`
	Latest      int64       `json:"latest,omitempty"`
	Due         int64       `json:"due,omitempty"`
	PausedUntil int64       `json:"pausedUntil,omitempty"`
	BusyUntil   int64       `json:"busyUntil,omitempty"`
	Failures    int         `json:"failures,omitempty"`
}

type listedKey struct {
	ID          string `json:"key_id"`
	PublicKey   string `json:"public_key"`
	State       string `json:"state"`
	CertifiedBy string `json:"certified_by"`
	Certificate string `json:"certificate"`
}

// What the server signed.
type answer struct {
	Code      json.RawMessage `json:"code"`
	Message   string          `json:"message"`
	Key       string          `json:"license_key_sha256"`
	Device    string          `json:"identifier_sha256"`
	Nonce     string          `json:"nonce"`
	Product   string          `json:"product_uuid"`
	Timestamp int64           `json:"timestamp"`
	Keys      []listedKey     `json:"keys"`
	Releases  []Release       `json:"downloadables"`
	number    int
	text      string
}

// Why there is no answer that can be believed.
type doubt struct {
	why, help  string
	code       int
	retryAfter int64
}

// New makes a Licensing. It reads and asks nothing yet.
func New(options Options) *Licensing {
	set := func(text *string, usual string) {
		if *text == "" {
			*text = usual
		}
	}
	set(&options.APIKey, apiKey)
	set(&options.Server, server)
	set(&options.Folder, usualFolder())
	set(&options.Device, os.Getenv("LICENSE_DEVICE"))
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Deadline == 0 {
		options.Deadline, options.Pause = 10*time.Second, 500*time.Millisecond
	}
	// A redirection leads to a stranger's page.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Licensing{options: options, client: &http.Client{Timeout: options.Deadline, CheckRedirect: stay}}
}

// Activate takes a seat for this device. Call it when the customer enters a key.
func (l *Licensing) Activate(licenseKey string) Verdict {
	defer l.begin()()
	if key := tidy(licenseKey); key != l.memory.Key {
		l.forget(key)
	}
	// Kept before the request: a device that is not known again would take a seat at each start.
	if !l.save() && l.options.Device == "" {
		help := "Make the data folder of the program writable."
		return l.cannotTell(&doubt{why: "This device cannot keep its licence.", help: help})
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
	now, until := l.now(), l.until()
	if !isDue && until >= now && now < l.memory.Due && l.memory.Due <= now+day {
		return good(until)
	}
	if !isDue && now < l.memory.PausedUntil && l.memory.PausedUntil <= now+7200 {
		return l.cannotTell(&doubt{why: "The licence server did not answer lately.", help: later})
	}
	return l.decide("verify")
}

// Deactivate frees the seat of this device, and forgets the licence.
func (l *Licensing) Deactivate() Verdict {
	defer l.begin()()
	if l.memory.Key == "" {
		return nothingEntered
	}
	said, trouble := l.ask("deactivate", nil)
	if trouble != nil {
		return l.cannotTell(trouble)
	}
	if string(said.Code) != `"400"` && said.number != 400 && said.number != 401 {
		return l.judge(said)
	}
	l.forget("")
	l.save()
	if said.number == 401 {
		return refused(401)
	}
	return Verdict{Result: Good, Why: "The licence was deactivated on this device.", Code: 400}
}

// Feature is the value of a feature of the licence: a bool, a float64 or a string; nil without it, or while the program
// may not run.
func (l *Licensing) Feature(name string) interface{} {
	defer l.begin()()
	file, trouble := l.openFile(l.memory.File)
	if trouble != nil || l.until() < l.now() {
		return nil
	}
	return file.features[name]
}

// Update is the newest published release; nil if there is none, or nobody can tell.
func (l *Licensing) Update() *Release {
	defer l.begin()()
	said, trouble := l.ask("access-downloadables", nil)
	if trouble != nil || said.number != 600 || len(said.Releases) == 0 {
		return nil
	}
	return &said.Releases[0]
}

// Report tells the vendor a number or a text, for the user or, if that is empty, the device; whether it arrived.
func (l *Licensing) Report(group string, value interface{}, version, user string) bool {
	defer l.begin()()
	if user == "" {
		user = l.device()
	}
	fields := url.Values{"user_identifier": {user}, "activation_identifier": {l.device()}}
	fields.Set("product_version", version)
	fields.Set("data_group", group)
	if text, isText := value.(string); isText {
		fields.Set("data_type", "text")
		fields.Set("text_data", text)
	} else {
		fields.Set("data_type", "numeric-single-value")
		fields.Set("numeric_data_single_value", fmt.Sprint(value))
	}
	said, trouble := l.ask("send-telemetry-data", fields)
	return trouble == nil && (said.number == 830 || said.number == 831)
}

// OfflineFile fetches a file that holds for a day and this many days more, keeps it, and returns its text; empty if
// there is none.
func (l *Licensing) OfflineFile(graceDays int) string {
	defer l.begin()()
	text, trouble := l.fetchFile(graceDays)
	if trouble != nil {
		return ""
	}
	l.save()
	return text
}

// UseOfflineFile takes a file that was fetched elsewhere for this device, which may never be online.
func (l *Licensing) UseOfflineFile(text string) Verdict {
	defer l.begin()()
	text = strings.TrimSpace(text)
	file, trouble := l.openFile(text)
	if trouble != nil {
		return l.cannotTell(trouble)
	}
	if file.endsAt < l.now() {
		return refused(205)
	}
	if l.isSetBack() || file.lapsesAt < l.now() {
		return l.cannotTell(&doubt{why: "This file has lapsed.", help: "Ask for a new one."})
	}
	l.memory.File = text
	if l.memory.Key == "" {
		l.memory.Key = file.key
	}
	l.save()
	return good(file.lapsesAt)
}

// DeviceName is the name of this device, as the server knows it. Show it to customers whose machine is never online.
func (l *Licensing) DeviceName() string {
	defer l.begin()()
	l.save()
	return l.device()
}

// Asking and judging

func (l *Licensing) decide(endpoint string) Verdict {
	said, trouble := l.ask(endpoint, nil)
	if trouble != nil {
		return l.cannotTell(trouble)
	}
	if !said.isGood() {
		return l.judge(said)
	}
	now := l.now()
	l.memory.Answer, l.memory.Latest = said.text, now
	// Copies that started together come back apart.
	l.memory.Due = now + day - mathrand.New(mathrand.NewSource(time.Now().UnixNano())).Int63n(4*3600)
	l.memory.PausedUntil, l.memory.BusyUntil, l.memory.Failures = 0, 0, 0
	l.renewFile()
	verdict := good(l.until())
	verdict.Code = said.number
	if !l.save() {
		verdict.Help = "It could not be kept: make the data folder of the program writable."
	}
	return verdict
}

// What a genuine answer means that is not good.
func (l *Licensing) judge(said *answer) Verdict {
	if _, isRefusal := refusals[said.number]; !isRefusal {
		return l.cannotTell(&doubt{why: "The licence server says: " + said.Message + ".", help: later, code: said.number})
	}
	// Or a customer who was refused could go on by pulling the plug.
	l.memory.Answer, l.memory.File, l.memory.Due, l.memory.Failures = "", "", 0, 0
	l.save()
	return refused(said.number)
}

func (l *Licensing) cannotTell(trouble *doubt) Verdict {
	now, until := l.now(), l.until()
	pause := math.Min(3600, 60*math.Pow(2, float64(l.memory.Failures))) * (1 + float64(now%100)/400)
	l.memory.Failures++
	l.memory.PausedUntil = now + int64(math.Max(math.Ceil(pause), float64(trouble.retryAfter)))
	if trouble.retryAfter > 0 {
		l.memory.BusyUntil = now + trouble.retryAfter
	}
	if !l.isSetBack() && l.memory.Latest < now {
		l.memory.Latest = now
	}
	l.save()
	return Verdict{CannotTell, until >= now, trouble.why, trouble.help, trouble.code, until, trouble.retryAfter}
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
	file, trouble := l.openFile(l.memory.File)
	if trouble != nil {
		return until
	}
	if file.lapsesAt > until {
		until = file.lapsesAt
	}
	if file.endsAt < until {
		until = file.endsAt
	}
	return until
}

func (l *Licensing) isSetBack() bool { return l.now() < l.memory.Latest-clockError }

// Messages

// Asks the server. There is a doubt unless the answer is genuine, fresh, and about this key, device and product.
func (l *Licensing) ask(endpoint string, fields url.Values) (*answer, *doubt) {
	now := l.now()
	if wait := l.memory.BusyUntil - now; wait > 0 && wait <= 3600 {
		return nil, &doubt{why: "The licence server is busy.", help: "Try again later.", retryAfter: wait}
	}
	if fields == nil {
		fields = url.Values{}
	}
	fields.Set("license_key", l.memory.Key)
	fields.Set("identifier", l.device())
	text, nonce, trouble := l.send(endpoint, fields)
	if trouble != nil {
		return nil, trouble
	}
	said, trouble := open(text, l.trusted)
	if trouble == nil && said == nil && l.followKeys() {
		said, trouble = open(text, l.trusted)
	}
	if trouble != nil {
		return nil, trouble
	}
	if said == nil {
		return nil, &doubt{why: "The answer was not signed by the licence server.", help: later}
	}
	if off := said.Timestamp - now; off > clockError || off < -clockError {
		return nil, wrongClock
	}
	// Codes below 200 and above 9000 are about the request or the server.
	isAboutRequest := said.number != 0 && (said.number < 200 || said.number >= 9000)
	if !isAboutRequest && (said.Nonce != nonce || !l.isMine(said)) {
		return nil, &doubt{why: "The answer is to another request.", help: later}
	}
	return said, nil
}

// Whether an answer is about this licence key, device and product.
func (l *Licensing) isMine(said *answer) bool {
	if said.Key != hash(l.memory.Key) {
		return false
	}
	// A report goes without device and product, and 210 without a product: there is no such key, or none of it.
	isReport := said.number == 830 || said.number == 831
	return isReport || (said.Device == hash(l.device()) && (said.number == 210 || said.Product == product))
}

// Posts a form, three times at most. Returns the body of the answer, and the nonce of its request.
func (l *Licensing) send(endpoint string, fields url.Values) (text, nonce string, trouble *doubt) {
	giveUp := time.Now().Add(l.options.Deadline)
	for attempt := 1; ; attempt++ {
		nonce = randomHex()
		fields.Set("nonce", nonce)
		fields.Set("product_id", product)
		fields.Set("signature_algorithm", "ES256")
		request, err := http.NewRequest("POST", l.address(endpoint), strings.NewReader(fields.Encode()))
		if err == nil {
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			request.Header.Set("Authorization", "Bearer "+l.options.APIKey)
			var status int
			var wait int64
			text, status, wait, err = l.fetch(request)
			if err == nil && wait > 0 {
				return "", "", &doubt{why: "The licence server is busy.", help: "Try again later.", retryAfter: wait}
			}
			if err == nil && (status < 500 || attempt == 3) {
				return text, nonce, nil
			}
		}
		if attempt == 3 || time.Now().After(giveUp) {
			return "", "", &doubt{why: "The licence server cannot be reached.", help: later}
		}
		jitter := time.Duration(time.Now().UnixNano() % 1000)
		time.Sleep(l.options.Pause * time.Duration(attempt) * (500 + jitter) / 1000)
	}
}

func (l *Licensing) fetch(request *http.Request) (text string, status int, wait int64, err error) {
	response, err := l.client.Do(request)
	if err != nil {
		return "", 0, 0, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, answerBytesMax))
	wait, _ = strconv.ParseInt(response.Header.Get("Retry-After"), 10, 64)
	if wait > 3600 {
		wait = 3600
	}
	return string(body), response.StatusCode, wait, err
}

func (l *Licensing) address(path string) string {
	return strings.TrimRight(l.options.Server, "/") + "/api/v1/" + path
}

// What was signed; nil unless one of these keys has signed it.
func open(text string, keys []string) (*answer, *doubt) {
	var envelope struct {
		Signed    string `json:"response_base64"`
		Signature string `json:"signature"`
	}
	if json.Unmarshal([]byte(text), &envelope) != nil || envelope.Signed == "" {
		return nil, &doubt{why: "Something else than the licence server has answered.", help: later}
	}
	if !isSigned(envelope.Signed, envelope.Signature, keys) {
		return nil, nil
	}
	// Only what was signed counts: anybody on the way can change the "response" beside it.
	said := answer{text: text}
	if json.Unmarshal(bytesOf(envelope.Signed), &said) != nil || said.Timestamp == 0 || said.Code == nil {
		return nil, nil
	}
	said.number, _ = strconv.Atoi(string(said.Code))
	return &said, nil
}

func (a *answer) isGood() bool { return a.number == 200 || a.number == 300 || a.number == 301 }

// What the kept answer says, if it is still worth something.
func (l *Licensing) keptAnswer() *answer {
	said, _ := open(l.memory.Answer, l.trusted)
	if said == nil || !said.isGood() || !l.isMine(said) || said.Timestamp > l.now()+clockError {
		return nil
	}
	return said
}

// Offline files

type offlineFile struct {
	key              string
	features         map[string]interface{}
	endsAt, lapsesAt int64
}

// Fetches a file as good as the kept one: it has the licence's features and its end. Without one, the old one stays.
func (l *Licensing) renewFile() {
	days := graceDays - 1
	if kept, trouble := l.openFile(l.memory.File); trouble == nil {
		if left := int((kept.lapsesAt-l.now())/day) - 1; left > days {
			days = left
		}
	}
	if days < 0 {
		days = 0
	}
	l.fetchFile(days)
}

func (l *Licensing) fetchFile(days int) (string, *doubt) {
	fields := url.Values{"identifier": {l.device()}, "hardware_id": {l.device()}}
	fields.Set("grace_period_days", strconv.Itoa(days))
	text, _, trouble := l.send("licenses/"+url.PathEscape(l.memory.Key)+"/offline-file", fields)
	if trouble != nil {
		return "", trouble
	}
	file, trouble := l.openFile(text)
	if trouble == nil && file.lapsesAt < l.now() {
		trouble = &doubt{why: "This file has lapsed.", help: "Ask for a new one."}
	}
	if trouble == nil {
		l.memory.File = text
	}
	return text, trouble
}

// Reads an offline file. There is a doubt unless it is genuine and for this device, licence and product.
func (l *Licensing) openFile(text string) (*offlineFile, *doubt) {
	var content struct {
		Signature string    `json:"signature"`
		IssuedAt  time.Time `json:"issued_at"`
		GraceDays int64     `json:"grace_period_days"`
		Product   string    `json:"product_uuid"`
		License   struct {
			Key       string          `json:"key"`
			Device    string          `json:"hardware_id"`
			Domain    string          `json:"domain"`
			Features  json.RawMessage `json:"features"`
			ExpiresAt time.Time       `json:"expires_at"`
			EndsAt    *time.Time      `json:"ends_at"`
		} `json:"license"`
	}
	// The signature is over the file as it stands, without itself.
	const mark = `,"signature":"`
	start := strings.LastIndex(text, mark)
	err := json.Unmarshal([]byte(text), &content)
	end := start + len(mark) + len(content.Signature)
	isWhole := err == nil && start > 0 && strings.HasPrefix(text[start+len(mark):], content.Signature+`"`)
	if !isWhole || !isSigned(text[:start]+text[end+1:], content.Signature, l.trusted) {
		return nil, &doubt{why: "This file was not signed by the licence server.", help: "Ask for a new one."}
	}
	license := content.License
	isMine := license.Device == l.device() || license.Domain == l.device()
	if !isMine || (l.memory.Key != "" && plain(l.memory.Key) != plain(license.Key)) {
		return nil, &doubt{why: "This file is for another device or licence.", help: "Ask for one for this device."}
	}
	// A file that names no product needs a good answer beside it, which does.
	if content.Product != product && (content.Product != "" || l.keptAnswer() == nil) {
		return nil, &doubt{why: "This file is not for " + productName + ".", help: "Ask for a new one."}
	}
	if content.IssuedAt.Unix() > l.now()+clockError {
		return nil, wrongClock
	}
	file := offlineFile{key: license.Key, endsAt: math.MaxInt64}
	// A licence without features has an empty list here.
	_ = json.Unmarshal(license.Features, &file.features)
	if license.EndsAt != nil {
		file.endsAt = license.EndsAt.Unix()
	}
	file.lapsesAt = license.ExpiresAt.Unix() + content.GraceDays*day
	if file.endsAt < file.lapsesAt {
		file.lapsesAt = file.endsAt
	}
	return &file, nil
}

// Keys and signatures

// Follows certificates to the keys that the server lists. Whether anything was learnt.
func (l *Licensing) followKeys() bool {
	query := url.Values{"product_id": {product}, "signature_algorithm": {"ES256"}}
	request, err := http.NewRequest("GET", l.address("keys?"+query.Encode()), nil)
	if err != nil {
		return false
	}
	text, _, _, err := l.fetch(request)
	var envelope struct {
		Signed string `json:"response_base64"`
	}
	var list struct {
		Keys []listedKey `json:"keys"`
	}
	if err != nil || json.Unmarshal([]byte(text), &envelope) != nil || json.Unmarshal(bytesOf(envelope.Signed), &list) != nil {
		return false
	}
	reached := reach(list.Keys)
	said, _ := open(text, reached)
	// Everybody gets the same list, so only its time shows that it is not an old one.
	if said == nil || said.Timestamp > l.now()+clockError || said.Timestamp < l.now()-clockError {
		return false
	}
	l.memory.Keys, l.trusted = list.Keys, reached
	return true
}

// The keys that may sign: the printed ones, and those that certificates lead to; without retired ones.
func reach(listed []listedKey) []string {
	reached := map[string]bool{}
	for _, key := range publicKeys {
		reached[key] = true
	}
	for before := -1; before < len(reached); {
		before = len(reached)
		for _, key := range listed {
			for _, certifier := range listed {
				if certifier.ID != key.CertifiedBy || !reached[certifier.base64()] {
					continue
				}
				der := bytesOf(key.base64())
				kind := "latchkey key certificate"
				// The description of a companion on P-256 has 91 bytes, of RSA at least 294.
				if len(der) == 91 {
					kind = "latchkey companion certificate"
				}
				lines := []string{kind, certifier.ID, key.ID, hash(string(der))}
				if isSigned(strings.Join(lines, "\n"), key.Certificate, []string{certifier.base64()}) {
					reached[key.base64()] = true
				}
			}
		}
	}
	for _, key := range listed {
		if key.State == "retired" {
			delete(reached, key.base64())
		}
	}
	keys := make([]string, 0, len(reached))
	for key := range reached {
		keys = append(keys, key)
	}
	return keys
}

var aroundPEM = regexp.MustCompile(`-----[^-]+-----|\s`)

func (k listedKey) base64() string { return aroundPEM.ReplaceAllString(k.PublicKey, "") }

// Whether one of these keys, RSA or P-256, has signed the text.
func isSigned(text, signature string, keys []string) bool {
	digest, given := sha256.Sum256([]byte(text)), bytesOf(signature)
	for _, key := range keys {
		parsed, err := x509.ParsePKIXPublicKey(bytesOf(key))
		if err != nil {
			continue
		}
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

func hash(text string) string {
	digest := sha256.Sum256([]byte(text))
	return hex.EncodeToString(digest[:])
}

func randomHex() string {
	data := make([]byte, 16)
	if _, err := rand.Read(data); err != nil {
		panic(err) // The system has no randomness: nothing is safe there.
	}
	return hex.EncodeToString(data)
}

// Memory

// Takes the lock and reads what is kept. Returns what gives the lock back.
func (l *Licensing) begin() func() {
	l.mutex.Lock()
	l.memory = memory{}
	// A damaged file is none: somebody may have edited it.
	if data, err := os.ReadFile(l.path()); err != nil || json.Unmarshal(data, &l.memory) != nil {
		l.memory = memory{}
	}
	id := l.options.Machine
	if id == "" {
		id = machineID()
	}
	if id != "" {
		mark := hash(product + "\n" + id)
		if l.memory.Machine != "" && l.memory.Machine != mark {
			// Copied from another machine: its seat stays there.
			l.memory = memory{Key: l.memory.Key}
		}
		l.memory.Machine = mark
		if l.options.BindToMachine {
			l.memory.Device = mark
		}
	}
	if l.memory.Device == "" {
		l.memory.Device = randomHex()
	}
	l.trusted = reach(l.memory.Keys)
	return l.mutex.Unlock
}

// Replaces the file in one step, so that a crash leaves the old one. Whether it was kept.
func (l *Licensing) save() bool {
	data, err := json.Marshal(l.memory)
	if err != nil || os.MkdirAll(l.options.Folder, 0o700) != nil {
		return false
	}
	fresh := l.path() + ".new"
	file, err := os.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return false
	}
	_, written := io.Copy(file, bytes.NewReader(data))
	synced, closed := file.Sync(), file.Close()
	return written == nil && synced == nil && closed == nil && os.Rename(fresh, l.path()) == nil
}

// Forgets the licence; who this device is stays.
func (l *Licensing) forget(key string) {
	m := l.memory
	l.memory = memory{Device: m.Device, Machine: m.Machine, Keys: m.Keys, Latest: m.Latest, Key: key}
}

func (l *Licensing) now() int64 { return l.options.Now().Unix() }

func (l *Licensing) path() string { return filepath.Join(l.options.Folder, fileName) }

func (l *Licensing) device() string {
	if l.options.Device != "" {
		return l.options.Device
	}
	return l.memory.Device
}

// Texts

var nothingEntered = Verdict{
	Result: Refused, Why: "No licence key has been entered yet.", Help: "Enter the key that you have bought.",
}

var wrongClock = &doubt{why: "The clock of this device is wrong.", help: "Set date and time, then try again."}

func good(until int64) Verdict {
	if until == math.MaxInt64 {
		until = 0
	}
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

// A key without what the server overlooks.
func plain(key string) string {
	return strings.Map(func(letter rune) rune {
		if unicode.IsLetter(letter) || unicode.IsNumber(letter) {
			return unicode.ToUpper(letter)
		}
		return -1
	}, key)
}

// The platform

// The user's folder for the data of programs.
func usualFolder() string {
	home, _ := os.UserHomeDir()
	base := os.Getenv("XDG_DATA_HOME")
	switch {
	case runtime.GOOS == "windows":
		base = os.Getenv("APPDATA")
	case runtime.GOOS == "darwin":
		base = filepath.Join(home, "Library", "Application Support")
	case base == "":
		base = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(base, "licenses")
}

// The id that the operating system has given this machine; empty where there is none.
func machineID() string {
	find := func(pattern string, command ...string) string {
		said, _ := exec.Command(command[0], command[1:]...).Output()
		found := regexp.MustCompile(pattern).FindSubmatch(said)
		if found == nil {
			return ""
		}
		return string(found[1])
	}
	switch runtime.GOOS {
	case "darwin":
		return find(`IOPlatformUUID" = "([^"]+)`, "ioreg", "-rd1", "-c", "IOPlatformExpertDevice")
	case "windows":
		key := `HKLM\SOFTWARE\Microsoft\Cryptography`
		return find(`MachineGuid\s+REG_SZ\s+(\S+)`, "reg", "query", key, "/v", "MachineGuid")
	}
	data, _ := os.ReadFile("/etc/machine-id")
	return strings.TrimSpace(string(data))
}
