use std::sync::*; use std::thread; use std::time::Duration;
// healthy: worker pool that shares a receiver behind a mutex (the Rust book's), and one channel per worker
fn main(){ let k=std::env::args().nth(1).unwrap();
 if k=="book" { let (tx,rx)=mpsc::channel::<i32>(); let rx=Arc::new(Mutex::new(rx));
  for i in 0..6 { let rx=rx.clone(); thread::Builder::new().name(format!("worker-{i}")).spawn(move||loop{ let j=rx.lock().unwrap().recv(); if let Ok(v)=j { thread::sleep(Duration::from_millis(v as u64)); } }).unwrap(); }
  std::mem::forget(tx); }
 else if k=="own" { for i in 0..6 { let (tx,rx)=mpsc::channel::<i32>(); thread::Builder::new().name(format!("worker-{i}")).spawn(move||{ while let Ok(_)=rx.recv(){} }).unwrap(); std::mem::forget(tx);} }
 else if k=="park" { for i in 0..6 { thread::Builder::new().name(format!("worker-{i}")).spawn(move||loop{ thread::park(); }).unwrap();} }
 else if k=="cond" { let c=Arc::new((Mutex::new(false),Condvar::new())); for i in 0..6 { let c=c.clone(); thread::Builder::new().name(format!("worker-{i}")).spawn(move||{ let mut g=c.0.lock().unwrap(); while !*g { g=c.1.wait(g).unwrap(); } }).unwrap();} thread::sleep(Duration::from_secs(1000)); }
 loop{ thread::sleep(Duration::from_secs(1000)); } }
