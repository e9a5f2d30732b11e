package main

/*
#include <unistd.h>
static void nap(void) { sleep(100); }
*/
import "C"

func main() { C.nap() }
