// robfig_peer COUNT DUE [PROGRAM] FILE: COUNT jobs that are due at the instant DUE, each a subprocess `PROGRAM FILE`; or
// without PROGRAM a function, which appends to FILE when it executes, as 8 bytes of nanoseconds since 1970. Ends when all
// are over.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"github.com/robfig/cron"
)

func subprocess(command []string) error {
	return exec.Command(command[0], command[1:]...).Run()
}

func stamp(marks *os.File) error {
	var instant [8]byte
	binary.LittleEndian.PutUint64(instant[:], uint64(time.Now().UnixNano()))
	_, err := marks.Write(instant[:])
	return err
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	count, _ := strconv.Atoi(os.Args[1])
	seconds, _ := strconv.ParseInt(os.Args[2], 10, 64)
	command := os.Args[3:]
	due := time.Unix(seconds, 0).UTC()
	marks, err := os.OpenFile(command[len(command)-1], os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0666)
	must(err)
	var over sync.WaitGroup
	over.Add(count)
	scheduler := cron.New(cron.WithSeconds(), cron.WithLocation(time.UTC))
	line := fmt.Sprintf("%d %d %d %d %d *", due.Second(), due.Minute(), due.Hour(), due.Day(), due.Month())
	for i := 0; i < count; i++ {
		_, err := scheduler.AddFunc(line, func() {
			defer over.Done()
			if len(command) > 1 {
				must(subprocess(command))
			} else {
				must(stamp(marks))
			}
		})
		must(err)
	}
	scheduler.Start()
	over.Wait()
}
