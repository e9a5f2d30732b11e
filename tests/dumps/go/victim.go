// victim hangs, waits or works in the way that its argument names, and prints its goroutines twice.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"
)

var a, b sync.Mutex
var table sync.RWMutex

//go:noinline
func transfer(first, second *sync.Mutex) {
	first.Lock()
	defer first.Unlock()
	time.Sleep(100 * time.Millisecond)
	second.Lock()
	defer second.Unlock()
}

//go:noinline
func update(m *sync.RWMutex) {
	m.Lock()
	defer m.Unlock()
}

//go:noinline
func lookup(m *sync.RWMutex) {
	m.RLock()
	defer m.RUnlock()
}

type Pool struct{ jobs chan func() }

//go:noinline
func (p *Pool) worker() {
	for job := range p.jobs {
		job()
	}
}

func newPool(size int) *Pool {
	p := &Pool{jobs: make(chan func(), 64)}
	for i := 0; i < size; i++ {
		go p.worker()
	}
	return p
}

//go:noinline
func (p *Pool) await(work func()) {
	done := make(chan struct{})
	p.jobs <- func() { work(); close(done) }
	<-done
}

//go:noinline
func spin(n int) int {
	x := n
	for {
		x = x*1103515245 + 12345
		if x == 42 {
			return x
		}
	}
}

func handle(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/lock":
		transfer(&b, &a)
	case "/slow":
		time.Sleep(time.Hour)
	case "/chan":
		<-make(chan int)
	}
	fmt.Fprintln(w, "ok")
}

func serve() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go http.Serve(l, http.HandlerFunc(handle))
	return "http://" + l.Addr().String()
}

func get(url string) {
	if r, err := http.Get(url); err == nil {
		io.Copy(io.Discard, r.Body)
		r.Body.Close()
	}
}

func dump() {
	buf := make([]byte, 1<<22)
	os.Stdout.Write(buf[:runtime.Stack(buf, true)])
	fmt.Println()
}

func main() {
	var group sync.WaitGroup
	keep := true
	switch os.Args[1] {
	case "mutex":
		go transfer(&a, &b)
		go transfer(&b, &a)
	case "asleep":
		keep = false
		group.Add(2)
		go func() { defer group.Done(); transfer(&a, &b) }()
		go func() { defer group.Done(); transfer(&b, &a) }()
		group.Wait()
	case "chandead":
		keep = false
		c := make(chan int)
		c <- 1
	case "rwmutex":
		table.RLock()
		go update(&table)
		time.Sleep(50 * time.Millisecond)
		for i := 0; i < 3; i++ {
			go lookup(&table)
		}
		go update(&table)
	case "exhausted":
		p := newPool(4)
		time.Sleep(10 * time.Millisecond)
		defer func() {}()
		go func() {
			time.Sleep(700 * time.Millisecond)
			for i := 0; i < 8; i++ {
				p.jobs <- func() { time.Sleep(50 * time.Millisecond); p.await(func() {}) }
			}
		}()
		dump()
		time.Sleep(time.Second)
	case "idlepool":
		newPool(4)
	case "http":
		url := serve()
		get(url + "/")
	case "httpbusy":
		url := serve()
		b.Lock()
		for i := 0; i < 4; i++ {
			go get(url + "/lock")
		}
		go get(url + "/slow")
		go get(url + "/chan")
	case "kinds":
		go func() { select {} }()
		go func() { var c chan int; <-c }()
		go func() { var c chan int; c <- 1 }()
		go func() { make(chan int) <- 1 }()
		go func() { time.Sleep(time.Hour) }()
		go func() { var m sync.Mutex; c := sync.NewCond(&m); m.Lock(); c.Wait() }()
		go func() { var g sync.WaitGroup; g.Add(1); g.Wait() }()
		go func() { select { case <-make(chan int): case <-time.After(time.Hour): } }()
		go func() { runtime.LockOSThread(); <-make(chan int) }()
		go spin(7)
		r, w, _ := os.Pipe()
		go func() { io.ReadAll(r); w.Close() }()
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGUSR2)
		go func() { <-c }()
		go func() { var s syscall.WaitStatus; pid, _ := syscall.ForkExec("/bin/sleep", []string{"sleep", "5"}, nil); syscall.Wait4(pid, &s, 0, nil) }()
		go func() { var once sync.Once; once.Do(func() { once.Do(func() {}) }) }()
		go func() { time.Sleep(10 * time.Millisecond); deep(150) }()
	}
	if keep {
		time.Sleep(800 * time.Millisecond)
		dump()
		time.Sleep(1200 * time.Millisecond)
		dump()
		time.Sleep(time.Hour)
	}
}

//go:noinline
func deep(n int) int {
	if n == 0 {
		<-make(chan int)
	}
	return deep(n-1) + 1
}
