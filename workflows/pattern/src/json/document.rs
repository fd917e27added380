//! A JSON text as a flat list of nodes, so that neither reading nor dropping it recurses.

use super::text::quote;

/// The nodes of one JSON text in the order of the text, a container before what it holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Document {
    /// Decoded strings, keys and number texts, one after another.
    bytes: Vec<u8>,
    nodes: Vec<Node>,
    /// Where each node stands in the text; empty unless asked for.
    places: Vec<Offsets>,
}

/// A part of `Document::bytes`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    start: usize,
    end: usize,
}

#[derive(Clone, Debug)]
struct Node {
    key: Span,
    value: Stored,
    /// The index of the first node that is neither this one nor inside it.
    end: usize,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Stored {
    Null,
    Bool(bool),
    Number(Span),
    Text(Span),
    Array,
    Object,
}

/// Where a node's key and value start, in bytes from the start of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offsets {
    pub(super) key: usize,
    pub(super) value: usize,
}

/// One value of a document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item<'a> {
    document: &'a Document,
    index: usize,
}

/// What a value is. Strings are WTF-8, since JSON can spell lone surrogates.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    Text(&'a [u8]),
    Array,
    Object,
}

impl Document {
    /// A document with room for what a text of `length` bytes usually holds.
    pub(super) fn with_room_for(length: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(length),
            nodes: Vec::with_capacity(length / 24),
            places: Vec::new(),
        }
    }

    pub(crate) fn root(&self) -> Item<'_> {
        Item {
            document: self,
            index: 0,
        }
    }

    pub(super) fn item(&self, index: usize) -> Item<'_> {
        Item {
            document: self,
            index,
        }
    }

    pub(super) fn push(&mut self, key: Span, value: Stored, offsets: Option<Offsets>) -> usize {
        let index = self.nodes.len();
        let end = index + 1;
        self.nodes.push(Node { key, value, end });
        self.places.extend(offsets);
        index
    }

    /// Ends the container at `index`: all that was pushed after it is inside it.
    pub(super) fn close(&mut self, index: usize) {
        self.nodes[index].end = self.nodes.len();
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Where the next bytes will be added.
    pub(super) fn mark(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn span_since(&self, start: usize) -> Span {
        let end = self.bytes.len();
        Span { start, end }
    }

    fn slice(&self, span: Span) -> &[u8] {
        &self.bytes[span.start..span.end]
    }
}

impl<'a> Item<'a> {
    pub(crate) fn kind(self) -> Kind<'a> {
        match self.node().value {
            Stored::Null => Kind::Null,
            Stored::Bool(truth) => Kind::Bool(truth),
            Stored::Number(span) => Kind::Number(
                std::str::from_utf8(self.document.slice(span)).expect("a JSON number is ASCII"),
            ),
            Stored::Text(span) => Kind::Text(self.document.slice(span)),
            Stored::Array => Kind::Array,
            Stored::Object => Kind::Object,
        }
    }

    /// The key this value has in its object; empty in a list.
    pub(crate) fn key(self) -> &'a [u8] {
        self.document.slice(self.node().key)
    }

    /// What differs between any two values of one document, and nothing else.
    pub(crate) fn identity(self) -> usize {
        self.index
    }

    pub(crate) fn children(self) -> impl Iterator<Item = Item<'a>> + Clone {
        let end = self.node().end;
        let first = (self.index + 1 < end).then_some(self.index + 1);
        std::iter::successors(first, move |&index| {
            let next = self.document.nodes[index].end;
            (next < end).then_some(next)
        })
        .map(move |index| self.document.item(index))
    }

    /// Where the value starts in the text, if the text was kept track of.
    pub(crate) fn value_offset(self) -> Option<usize> {
        self.offsets().map(|offsets| offsets.value)
    }

    pub(crate) fn key_offset(self) -> Option<usize> {
        self.offsets().map(|offsets| offsets.key)
    }

    /// Writes the value as JSON: no spaces, numbers as they were spelt.
    pub(crate) fn write_json(self, out: &mut String) {
        match self.kind() {
            Kind::Null => out.push_str("null"),
            Kind::Bool(truth) => out.push_str(if truth { "true" } else { "false" }),
            Kind::Number(text) => out.push_str(text),
            Kind::Text(text) => quote(text, out),
            Kind::Array => self.write_children('[', ']', out),
            Kind::Object => self.write_children('{', '}', out),
        }
    }

    fn write_children(self, open: char, close: char, out: &mut String) {
        out.push(open);
        for (position, child) in self.children().enumerate() {
            if position > 0 {
                out.push(',');
            }
            if open == '{' {
                quote(child.key(), out);
                out.push(':');
            }
            child.write_json(out);
        }
        out.push(close);
    }

    /// The index of the first node after this value.
    pub(super) fn next_index(self) -> usize {
        self.node().end
    }

    fn node(self) -> &'a Node {
        &self.document.nodes[self.index]
    }

    fn offsets(self) -> Option<&'a Offsets> {
        self.document.places.get(self.index)
    }
}
