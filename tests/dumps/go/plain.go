// plain links neither cgo nor os/signal: there the run-time finds by itself that nobody can go on.
package main

import (
	"os"
	"runtime"
	"sync"
	"time"
)

var a, b sync.Mutex

//go:noinline
func transfer(first, second *sync.Mutex) {
	first.Lock()
	defer first.Unlock()
	time.Sleep(100 * time.Millisecond)
	second.Lock()
	defer second.Unlock()
}

func main() {
	var group sync.WaitGroup
	switch os.Args[1] {
	case "mutex":
		group.Add(2)
		go func() { defer group.Done(); transfer(&a, &b) }()
		go func() { defer group.Done(); transfer(&b, &a) }()
		group.Wait()
	case "chan":
		results, done := make(chan int), make(chan bool)
		go func() { results <- 1; done <- true }()
		<-done
	case "goexit":
		go func() { select {} }()
		runtime.Goexit()
	case "panic":
		defer func() { panic("again") }()
		var p *int
		println(*p)
	case "map":
		m := map[int]int{}
		for i := 0; i < 4; i++ {
			go func() {
				for {
					m[1]++
				}
			}()
		}
		select {}
	}
}
