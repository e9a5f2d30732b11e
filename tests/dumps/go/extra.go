// extra shows what newer run-times can add to a dump: labels, ancestors, leaks, bubbles.
package main

import (
	"context"
	"os"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"
)

//go:noinline
func child(c chan int) { <-c }

//go:noinline
func parent(c chan int) { go child(c); time.Sleep(time.Hour) }

type Cache[K comparable, V any] struct{ mu sync.Mutex }

//go:noinline
func (c *Cache[K, V]) Get(k K) (v V) { c.mu.Lock(); c.mu.Lock(); return v }

//go:noinline
func leak() { go func() { c := make(chan int); <-c }(); go func() { var m sync.Mutex; m.Lock(); m.Lock() }() }

func main() {
	c := make(chan int)
	pprof.Do(context.Background(), pprof.Labels("user", "ann", "path", "/a b\"c"), func(context.Context) { go parent(c) })
	go func() { (&Cache[string, []byte]{}).Get("x") }()
	leak()
	time.Sleep(300 * time.Millisecond)
	runtime.GC()
	if p := pprof.Lookup("goroutineleak"); p != nil {
		println("profile goroutineleak")
		p.WriteTo(os.Stdout, 2)
	}
	println("profile goroutine")
	pprof.Lookup("goroutine").WriteTo(os.Stdout, 2)
	os.Stdout.WriteString("----- debug=1\n")
	pprof.Lookup("goroutine").WriteTo(os.Stdout, 1)
	_ = c
}
