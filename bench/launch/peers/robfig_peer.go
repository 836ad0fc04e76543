// robfig_peer COUNT DUE PROGRAM ARG: COUNT jobs that are due at the instant DUE, each a subprocess. Ends when all are
// over.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"github.com/robfig/cron"
)

func main() {
	count, _ := strconv.Atoi(os.Args[1])
	seconds, _ := strconv.ParseInt(os.Args[2], 10, 64)
	due := time.Unix(seconds, 0).UTC()
	var over sync.WaitGroup
	over.Add(count)
	scheduler := cron.New(cron.WithSeconds(), cron.WithLocation(time.UTC))
	line := fmt.Sprintf("%d %d %d %d %d *", due.Second(), due.Minute(), due.Hour(), due.Day(), due.Month())
	for i := 0; i < count; i++ {
		_, err := scheduler.AddFunc(line, func() {
			defer over.Done()
			if err := exec.Command(os.Args[3], os.Args[4:]...).Run(); err != nil {
				panic(err)
			}
		})
		if err != nil {
			panic(err)
		}
	}
	scheduler.Start()
	over.Wait()
}
