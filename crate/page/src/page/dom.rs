//! Small helpers for elements: found once, written only where something changed.

use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlAnchorElement, HtmlElement, Window};

/// The window.
///
/// # Errors
/// This is not the page thread.
pub fn window() -> Result<Window, JsValue> {
    web_sys::window().ok_or_else(|| JsValue::from_str("there is no window here"))
}

/// The document.
///
/// # Errors
/// This is not the page thread.
pub fn document() -> Result<Document, JsValue> {
    window()?
        .document()
        .ok_or_else(|| JsValue::from_str("there is no document here"))
}

/// The element of index.html with this id.
///
/// # Errors
/// index.html has none, or of another kind.
pub fn by_id<T: JsCast>(id: &str) -> Result<T, JsValue> {
    let element = document()?
        .get_element_by_id(id)
        .and_then(|element| element.dyn_into::<T>().ok());
    element.ok_or_else(|| JsValue::from_str(&format!("index.html has no fitting element #{id}")))
}

/// The part of an element that a selector names.
///
/// # Errors
/// index.html has none there, or of another kind.
pub fn part<T: JsCast>(root: &Element, selector: &str) -> Result<T, JsValue> {
    let found = root.query_selector(selector)?;
    let found = found.and_then(|element| element.dyn_into::<T>().ok());
    found.ok_or_else(|| JsValue::from_str(&format!("index.html has no fitting {selector}")))
}

/// A new element.
///
/// # Errors
/// The name is not one.
pub fn element(name: &str, class: &str) -> Result<Element, JsValue> {
    let element = document()?.create_element(name)?;
    if !class.is_empty() {
        element.set_class_name(class);
    }
    Ok(element)
}

/// A new element inside another one, with a text.
///
/// # Errors
/// The name is not one.
pub fn child(parent: &Element, name: &str, class: &str, text: &str) -> Result<Element, JsValue> {
    let element = element(name, class)?;
    if !text.is_empty() {
        element.set_text_content(Some(text));
    }
    parent.append_child(&element)?;
    Ok(element)
}

/// A new icon, one of index.html's symbols.
///
/// # Errors
/// The browser makes no such element.
pub fn icon(parent: &Element, symbol: &str, class: &str) -> Result<Element, JsValue> {
    const SVG: Option<&str> = Some("http://www.w3.org/2000/svg");
    let svg = document()?.create_element_ns(SVG, "svg")?;
    svg.set_attribute("class", class)?;
    svg.set_attribute("aria-hidden", "true")?;
    let shape = document()?.create_element_ns(SVG, "use")?;
    shape.set_attribute("href", symbol)?;
    svg.append_child(&shape)?;
    parent.append_child(&svg)?;
    Ok(svg)
}

/// Shows or hides an element.
pub fn show(element: &Element, shown: bool) {
    if element.has_attribute("hidden") == shown {
        // Setting an attribute of this name cannot fail.
        let _ = element.toggle_attribute_with_force("hidden", !shown);
    }
}

/// Lets a button be pressed, or not.
pub fn enable(button: &Element, enabled: bool) {
    if button.has_attribute("disabled") == enabled {
        // As above.
        let _ = button.toggle_attribute_with_force("disabled", !enabled);
    }
}

/// Sets an attribute, unless it says that already.
pub fn set_attribute(element: &Element, name: &str, value: &str) {
    if element.get_attribute(name).as_deref() != Some(value) {
        // The names are this program's own and valid.
        let _ = element.set_attribute(name, value);
    }
}

/// Appends a button; what it does lasts as long as the listener.
///
/// # Errors
/// The browser makes no such element.
pub fn button(
    parent: &Element,
    class: &str,
    label: &str,
    does: impl Fn() + 'static,
) -> Result<EventListener, JsValue> {
    let button = child(parent, "button", class, label)?;
    set_attribute(&button, "type", "button");
    Ok(on_click(&button, does))
}

/// Listens for clicks; the listener ends when it is dropped.
pub fn on_click(element: &Element, act: impl Fn() + 'static) -> EventListener {
    EventListener::new(element, "click", move |_| act())
}

/// Hands a text file to the reader, as a download.
///
/// # Errors
/// The browser refuses.
pub fn save(name: &str, text: &str) -> Result<(), JsValue> {
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    save_blob(name, &web_sys::Blob::new_with_str_sequence(&parts)?)
}

/// Hands bytes to the reader, as a download.
///
/// # Errors
/// The browser refuses.
pub fn save_bytes(name: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    save_blob(name, &web_sys::Blob::new_with_u8_array_sequence(&parts)?)
}

/// Hands a file to the reader, as a download.
///
/// # Errors
/// The browser refuses.
pub fn save_blob(name: &str, blob: &web_sys::Blob) -> Result<(), JsValue> {
    let url = web_sys::Url::create_object_url_with_blob(blob)?;
    let link: HtmlAnchorElement = document()?.create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    web_sys::Url::revoke_object_url(&url)
}

/// Moves the keyboard to an element.
pub fn focus(element: &HtmlElement) {
    // An element that cannot take it leaves it where it is.
    let _ = element.focus();
}

/// An element's text, written only where it changed.
#[derive(Debug)]
pub struct Slot {
    /// The element.
    pub element: Element,
    last: Option<String>,
}

impl Slot {
    /// The text of this element.
    pub fn new(element: Element) -> Slot {
        Slot {
            element,
            last: None,
        }
    }

    /// The text of index.html's element with this id.
    ///
    /// # Errors
    /// There is none.
    pub fn by_id(id: &str) -> Result<Slot, JsValue> {
        by_id(id).map(Slot::new)
    }

    /// Writes the text.
    pub fn set(&mut self, text: &str) {
        if self.last.as_deref() != Some(text) {
            self.element.set_text_content(Some(text));
            self.last = Some(text.to_owned());
        }
    }

    /// Writes the text, and hides the element where it is empty.
    pub fn set_or_hide(&mut self, text: &str) {
        self.set(text);
        show(&self.element, !text.is_empty());
    }
}

/// What was shown last.
#[derive(Clone, Debug)]
pub struct Shown<T>(Option<T>);

impl<T> Default for Shown<T> {
    fn default() -> Self {
        Shown(None)
    }
}

impl<T> Shown<Vec<T>> {
    /// What was shown last; nothing before that.
    pub fn last(&self) -> &[T] {
        self.0.as_deref().unwrap_or_default()
    }
}

impl<T: PartialEq> Shown<T> {
    /// Whether this differs from what was shown last; from now on it is what was.
    pub fn change(&mut self, value: T) -> bool {
        if self.0.as_ref() == Some(&value) {
            return false;
        }
        self.0 = Some(value);
        true
    }
}

impl Shown<String> {
    /// The same of a value that may hold NaN, which is not itself: compared as text.
    pub fn change_text(&mut self, value: &impl std::fmt::Debug) -> bool {
        self.change(format!("{value:?}"))
    }
}
