//! Single cases of what the properties hold for all.

use super::*;

#[test]
fn an_order_whose_records_never_come_holds_up_nothing() {
    let mut world = World::new();
    world.insert("b", 9);
    let mut order = Order::of_log(&world.log_id);
    for record in &world.log {
        order.record(record.as_ref());
    }
    // A copy of the log from before those were written, say.
    world.lose_tail(&("b".to_owned(), 0), 9);
    world.insert("a", 3);
    world.session.stored = Some(order);
    world.settle(false);
    assert_eq!(world.desk.lab.rows.end(), 0);
    world.beat(200);
    world.settle(false);
    assert_eq!(world.desk.lab.rows.end(), 3);
    world.check();
}

#[test]
fn topics_of_an_order_that_are_no_longer_read_are_not_waited_for() {
    let mut world = World::new();
    world.insert(OTHER, 3);
    let mut order = Order::of_log(&world.log_id);
    for record in &world.log {
        order.record(record.as_ref());
    }
    world.lose_tail(&(OTHER.to_owned(), 0), 3);
    world.insert("a", 3);
    world.session.stored = Some(order);
    world.settle(false);
    assert_eq!(world.desk.lab.rows.end(), 3);
}

#[test]
fn a_stream_that_starts_at_the_logs_end_is_caught_up_with() {
    let from = r#""role":"train","from":{"offset":4}"#;
    let mut world = World::of(&LAB.replace(r#""role":"train""#, from), true);
    world.line.to_page.clear();
    world.insert("a", 4);
    world.connect();
    world.settle(false);
    world.beat(200);
    world.settle(false);
    assert!(world.session.caught_up);
    assert_eq!(world.desk.progress.behind(), 0);
}

#[test]
fn a_clock_that_is_set_back_takes_nothing_back() {
    let mut order = Order::of_log("log 1");
    order.tick(9);
    let later = order.clone();
    order.tick(5);
    assert_eq!(order, later);
}

#[test]
fn a_broken_frame_leaves_the_account_of_credit_right() {
    let mut world = World::new();
    world.insert("a", 4);
    world.settle(false);
    world.insert("a", 4);
    assert!(world.send(300));
    let mut broken = world.line.to_page.pop_back().unwrap();
    broken.truncate(broken.len() - 1);
    assert!(world.session.frame(&mut world.desk, &broken).is_err());
    world.connect();
    world.check();
}

#[test]
fn a_topic_that_appears_later_is_taken_up_and_the_others_are_not_held_up() {
    let mut world = World::of(LAB, false);
    world.insert("a", 4);
    world.settle(true);
    assert_eq!(world.missing, ["b"]);
    assert!(world.session.caught_up);
    assert_eq!(world.desk.lab.rows.end(), 4);
    world.appear(false);
    world.insert("b", 3);
    world.settle(false);
    assert!(world.missing.is_empty());
    assert_eq!(world.desk.lab.rows.end(), 7);
    assert_eq!(world.published.len(), 3);
    world.check();
}

#[test]
fn a_stream_from_the_latest_takes_partitions_that_appear_from_their_start() {
    let from = r#""role":"train","from":"latest""#;
    let mut world = World::of(&LAB.replace(r#""role":"train""#, from), true);
    world.line.to_page.clear();
    world.insert("a", 4);
    world.connect();
    world.settle(true);
    world.appear(true);
    world.insert_into(("a".to_owned(), 2), 3);
    world.settle(false);
    assert_eq!(world.desk.lab.rows.end(), 3);
}

#[test]
fn subscribing_again_with_frames_on_their_way_gives_no_more_credit() {
    let mut world = World::new();
    world.insert("a", 90);
    world.arrive();
    assert!(world.send(300));
    let on_their_way = AHEAD_BYTES as i64 - world.line.credit_bytes;
    assert!(on_their_way > 0);
    world.appear(true);
    // The Hello overtakes nothing, but the page answers it before it has seen what follows.
    let hello = world.line.to_page.pop_back().unwrap();
    world.line.to_page.push_front(hello);
    world.arrive();
    assert_eq!(world.line.credit_bytes, AHEAD_BYTES as i64 - on_their_way);
    world.check();
}

#[test]
fn what_was_read_of_a_topic_made_anew_is_said() {
    let mut world = World::new();
    world.insert("a", 4);
    world.settle(true);
    world.new_topic("b");
    world.settle(false);
    assert!(!world.is_over, "nothing was read of it");
    world.insert("b", 1);
    world.settle(false);
    assert_eq!(world.desk.lab.rows.end(), 5);
    world.new_topic("b");
    world.insert("b", 1);
    world.settle(false);
    assert!(world.is_over);
    assert_eq!(world.desk.lab.rows.end(), 5);
    world.check();
}

#[test]
fn a_topic_made_anew_while_the_page_was_closed_is_said_and_read_from_its_start() {
    let mut world = World::new();
    world.insert("a", 4);
    world.settle(true);
    let order = Order::parse(&world.desk.order_text().unwrap());
    world.new_topic("a");
    world.insert("a", 2);
    world.desk = Desk::new(LAB, true).unwrap();
    world.session = Session::new(order);
    world.connect();
    let frame = world.line.to_page.pop_front().unwrap();
    let (answers, notices) = world.session.frame(&mut world.desk, &frame).unwrap();
    assert_eq!(notices, [Notice::OtherTopicSinceReload("a".to_owned())]);
    world.answer(answers);
    world.settle(false);
    assert_eq!(world.desk.lab.rows.end(), 2);
}

#[test]
fn a_partition_that_lost_what_was_read_is_said_and_the_others_go_on() {
    let mut world = World::new();
    world.insert("a", 4);
    world.settle(true);
    world.line.to_page.clear();
    // While the connection was lost.
    world.line.positions = None;
    world.lose_tail(&("a".to_owned(), 0), 2);
    world.connect();
    for frame in 0..2 {
        let frame = world
            .line
            .to_page
            .pop_front()
            .unwrap_or_else(|| panic!("{frame}"));
        let (answers, notices) = world.session.frame(&mut world.desk, &frame).unwrap();
        let said = Notice::Truncated {
            topic: "a".to_owned(),
            partition: 0,
            read_to: 4,
            end: 2,
        };
        assert!(notices.is_empty() || notices == [said]);
        world.is_over = !notices.is_empty();
        world.answer(answers);
    }
    assert!(world.is_over);
    world.insert("a", 9);
    world.insert_into(("a".to_owned(), 1), 1);
    world.settle(false);
    // Nor does it go on where it had been when it is that long again.
    world.connect();
    world.settle(true);
    assert_eq!(world.desk.lab.rows.end(), 5);
    assert_eq!(world.desk.progress.behind(), 0);
    world.check();
}

#[test]
fn nothing_is_published_while_what_was_read_is_no_more() {
    let mut world = World::new();
    world.insert("b", 1);
    world.settle(true);
    let published = world.published.len();
    world.pause(true);
    world.insert("b", 2);
    while world.send(90) | world.arrive() {}
    world.new_topic("a");
    world.new_topic("b");
    world.settle(false);
    assert!(world.is_over);
    // What waited is of the topic as it was.
    world.pause(false);
    world.connect();
    world.settle(false);
    assert_eq!(world.published.len(), published);
}
