package main

import (
	"bufio"
	"encoding/json"
	"os"
	"time"

	"example/licensing"
)

type step struct {
	ID         int           `json:"id"`
	Do         string        `json:"do"`
	Args       []interface{} `json:"args"`
	APIKey     string        `json:"apiKey"`
	Server     string        `json:"server"`
	Store      string        `json:"store"`
	Device     string        `json:"device"`
	IsBound    bool          `json:"isBound"`
	Machine    string        `json:"machine"`
	Now        int64         `json:"now"`
	DeadlineMs int64         `json:"deadlineMs"`
}

func run(s step) interface{} {
	l := licensing.New(licensing.Options{
		APIKey: s.APIKey, Server: s.Server, Folder: s.Store, Device: s.Device, BindToMachine: s.IsBound,
		Machine: s.Machine, Deadline: time.Duration(s.DeadlineMs) * time.Millisecond,
		Now: func() time.Time { return time.Unix(s.Now, 0) },
	})
	text := func(at int) string {
		value, _ := s.Args[at].(string)
		return value
	}
	switch s.Do {
	case "activate":
		return told(l.Activate(text(0)))
	case "check":
		if len(s.Args) > 0 {
			return told(l.CheckNow())
		}
		return told(l.Check())
	case "deactivate":
		return told(l.Deactivate())
	case "feature":
		return l.Feature(text(0))
	case "update":
		release := l.Update()
		if release == nil {
			return nil
		}
		return map[string]interface{}{
			"version": release.Version, "numericVersion": release.NumericVersion, "summary": release.Summary,
			"url": release.URL,
		}
	case "report":
		return l.Report(text(0), s.Args[1], text(2), "")
	case "offlineFile":
		return l.OfflineFile(int(s.Args[0].(float64)))
	case "useOfflineFile":
		return told(l.UseOfflineFile(text(0)))
	}
	return l.DeviceName()
}

func told(v licensing.Verdict) interface{} {
	return map[string]interface{}{
		"result": v.Result, "allowed": v.Allowed, "why": v.Why, "help": v.Help, "code": v.Code, "until": v.Until,
		"retryAfter": v.RetryAfter,
	}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for lines.Scan() {
		var s step
		if json.Unmarshal(lines.Bytes(), &s) != nil {
			os.Exit(1)
		}
		_ = out.Encode(map[string]interface{}{"id": s.ID, "value": run(s)})
	}
}
