//! What a tail delivers, on a thread of its own.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use eddy_bridge::kafka::Kafka;
use eddy_bridge::{News, Source as _};
use wire::Record;

use super::cluster::SOON;

/// A source that is followed.
pub(crate) struct Following {
    news: Receiver<News>,
    stop: Arc<AtomicBool>,
    held: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Following {
    /// Follows, and waits for the beginning.
    pub(crate) fn begin(kafka: &Arc<Kafka>) -> Self {
        let (tell, news) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let held = Arc::new((Mutex::new(false), Condvar::new()));
        let (kafka, stopping, holding) = (kafka.clone(), stop.clone(), held.clone());
        let thread = std::thread::spawn(move || {
            let mut deliver = |news| {
                let guard = holding.0.lock().expect("a lock");
                drop(holding.1.wait_while(guard, |held| *held).expect("a lock"));
                if stopping.load(Ordering::Relaxed) || tell.send(news).is_err() {
                    return ControlFlow::Break(());
                }
                ControlFlow::Continue(())
            };
            // As the bridge does: it waits a little, and follows again.
            while let Err(error) = kafka.tail(&now_ms, &mut deliver) {
                eprintln!("following: {error}");
                if stopping.load(Ordering::Relaxed) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(200));
            }
        });
        let mut following = Following {
            news,
            stop,
            held,
            thread: Some(thread),
        };
        following.start();
        following
    }

    /// Stops taking anything in, or goes on to.
    pub(crate) fn hold(&self, held: bool) {
        *self.held.0.lock().expect("a lock") = held;
        self.held.1.notify_all();
    }

    /// The next that is delivered.
    pub(crate) fn next(&mut self) -> News {
        match self.news.recv_timeout(SOON) {
            Ok(news) => news,
            Err(RecvTimeoutError::Timeout) => panic!("nothing was delivered"),
            Err(RecvTimeoutError::Disconnected) => {
                panic!(
                    "following ended: {:?}",
                    self.thread.take().map(JoinHandle::join)
                )
            }
        }
    }

    /// The next that is delivered in this time.
    pub(crate) fn next_within(&mut self, time: Duration) -> Option<News> {
        self.news.recv_timeout(time).ok()
    }

    /// The next beginning.
    pub(crate) fn start(&mut self) -> Vec<wire::TopicEnds> {
        loop {
            match self.next() {
                News::Start { ends, .. } => return ends,
                News::Idle { .. } => {}
                other => panic!("not a beginning: {other:?}"),
            }
        }
    }

    /// The next `count` records; nothing else but looks at the log may come between them.
    pub(crate) fn records(&mut self, count: usize) -> Vec<Record> {
        let mut records = Vec::new();
        while records.len() < count {
            match self.next() {
                News::Records(more) => records.extend(more),
                News::Idle { .. } => {}
                other => panic!("after {} records: {other:?}", records.len()),
            }
        }
        assert_eq!(records.len(), count, "no more than that");
        records
    }

    /// Whatever comes until a look that began after now has reached the log's end.
    pub(crate) fn until_idle(&mut self) -> Vec<News> {
        let now = now_ms();
        let deadline = Instant::now() + SOON;
        let mut news = Vec::new();
        loop {
            assert!(Instant::now() < deadline, "the log's end is not reached");
            match self.next() {
                News::Idle { looked_at_ms } if looked_at_ms > now => return news,
                News::Idle { .. } => {}
                other => news.push(other),
            }
        }
    }

    /// Stops, which must be noticed soon.
    pub(crate) fn stop(mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let asked = Instant::now();
        let thread = self.thread.take().expect("it was not stopped before");
        thread.join().expect("no panic");
        let took = asked.elapsed();
        assert!(took < Duration::from_millis(600), "stopping took {took:?}");
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.hold(false);
    }
}

/// The clock.
pub(crate) fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| now.as_millis() as i64)
}
