// robfig/cron and gorhill/cronexpr over expressions.txt: the same work as next_after.cpp. Prints lines of
// `peer zone mean_ns worst_ns done/planned`.
package main

import (
	"bufio"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/gorhill/cronexpr"
	"github.com/robfig/cron"
)

const calls = 10000
const lastYear = 2099 // then again from the start, as the other programs do

// Processor time of this program, so that a busy machine does not count.
func spent() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

type stepper func(time.Time) time.Time

func robfig(expression string) (stepper, error) {
	schedule, err := cron.ParseStandard(expression)
	if err != nil {
		return nil, err
	}
	return schedule.Next, nil
}

func gorhill(expression string) (stepper, error) {
	parsed, err := cronexpr.Parse(expression)
	if err != nil {
		return nil, err
	}
	return parsed.Next, nil
}

func measure(name string, parse func(string) (stepper, error), zone string, expressions []string) {
	location, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, location)
	sum, worst, done := 0.0, 0.0, 0
	for _, expression := range expressions {
		next, err := parse(expression)
		if err != nil {
			fmt.Fprintln(os.Stderr, name, expression, err)
			continue
		}
		begin := spent()
		t := start
		for i := 0; i < calls; i++ {
			t = next(t)
			if t.IsZero() || t.Year() > lastYear {
				t = start
			}
		}
		ns := float64((spent() - begin).Nanoseconds()) / calls
		sum += ns
		if ns > worst {
			worst = ns
		}
		done++
	}
	fmt.Printf("%s %s %.0f %.0f %d/%d\n", name, zone, sum/float64(done), worst, done, len(expressions))
}

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	var expressions []string
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		if scanner.Text() != "" {
			expressions = append(expressions, scanner.Text())
		}
	}
	for _, zone := range []string{"UTC", "America/New_York"} {
		measure("robfig/cron", robfig, zone, expressions)
		measure("gorhill/cronexpr", gorhill, zone, expressions)
	}
}
