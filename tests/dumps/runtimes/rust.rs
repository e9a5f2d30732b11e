use std::sync::*; use std::thread; use std::time::Duration;
fn forever(){ loop{ thread::sleep(Duration::from_secs(1000)); } }
fn sp<F:FnOnce()+Send+'static>(n:&str,f:F)->thread::JoinHandle<()>{ let h=thread::Builder::new().name(n.into()).spawn(f).unwrap(); thread::sleep(Duration::from_millis(20)); h}
static M:Mutex<i32>=Mutex::new(0); static A:Mutex<i32>=Mutex::new(0); static B:Mutex<i32>=Mutex::new(0); static R:RwLock<i32>=RwLock::new(0); static O:Once=Once::new(); static OL:OnceLock<i32>=OnceLock::new();
#[inline(never)] fn ab(){ let _a=A.lock().unwrap(); thread::sleep(Duration::from_millis(200)); let _b=B.lock().unwrap(); }
#[inline(never)] fn ba(){ let _b=B.lock().unwrap(); thread::sleep(Duration::from_millis(200)); let _a=A.lock().unwrap(); }
fn main(){
 sp("holder",||{let _m=M.lock().unwrap(); let _r=R.write().unwrap(); forever()});
 sp("w_mutex",||{let _m=M.lock().unwrap();});
 sp("w_read",||{let _m=R.read().unwrap();});
 sp("w_write",||{let _m=R.write().unwrap();});
 sp("h_once",||{O.call_once(||forever())});
 sp("w_once",||{O.call_once(||forever())});
 sp("h_oncelock",||{OL.get_or_init(||{forever();1});});
 sp("w_oncelock",||{OL.get_or_init(||{forever();1});});
 let j=sp("joinee",||forever());
 sp("w_join",move||{j.join().unwrap();});
 let (tx,rx)=mpsc::channel::<i32>(); sp("w_recv",move||{rx.recv().unwrap();}); std::mem::forget(tx);
 let (tx2,rx2)=mpsc::sync_channel::<i32>(1); sp("w_send",move||{loop{tx2.send(1).unwrap();}}); std::mem::forget(rx2);
 let b=Arc::new(Barrier::new(2)); sp("w_barrier",move||{b.wait();});
 let c=Arc::new((Mutex::new(false),Condvar::new())); sp("w_cond",move||{let g=c.0.lock().unwrap(); let _g=c.1.wait(g).unwrap();});
 sp("w_park",||{thread::park()});
 sp("ab",ab); sp("ba",ba);
 forever();
}
