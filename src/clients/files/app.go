package main

import (
	"fmt"
	"os"

	"example.com/my-app/licensing"
)

func main() {
	license := licensing.New(licensing.Options{})
	var verdict licensing.Verdict
	if len(os.Args) > 1 {
		verdict = license.Activate(os.Args[1])
	} else {
		verdict = license.Check()
	}
	if !verdict.Allowed {
		fmt.Fprintln(os.Stderr, verdict.Why, verdict.Help)
		os.Exit(1)
	}
	fmt.Println("Welcome to the edition", license.Feature("tier"))
}
