//! msgpack to value, led by the type.

use std::collections::BTreeMap;

use rmp::Marker;

use crate::codec::MAX_DEPTH;
use crate::{CodecError, Number, Step, Type, Value};

pub(super) fn decode(bytes: &[u8], ty: &Type) -> Result<Value, CodecError> {
    let mut reader = Reader { rest: bytes };
    let value = reader.value(ty, 0)?;
    if reader.rest.is_empty() {
        Ok(value)
    } else {
        Err(CodecError::new("bytes follow the value"))
    }
}

/// What the next bytes are, with their length where they have one.
enum Token<'a> {
    Nil,
    Bool(bool),
    Number(Number),
    Text(&'a str),
    Binary(&'a [u8]),
    Array(usize),
    Map(usize),
    /// An extension: Terraform has no other than unknown.
    Unknown,
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn value(&mut self, ty: &Type, depth: usize) -> Result<Value, CodecError> {
        if depth > MAX_DEPTH {
            return Err(CodecError::new("value is nested too deep"));
        }
        let token = self.token()?;
        match (ty, token) {
            (_, Token::Nil) => Ok(Value::Null),
            (_, Token::Unknown) => Ok(Value::Unknown),
            (Type::Bool, Token::Bool(flag)) => Ok(Value::Bool(flag)),
            (Type::Number, Token::Number(number)) => Ok(Value::Number(number)),
            (Type::Number, Token::Text(text)) => {
                Ok(Value::Number(text.parse().map_err(CodecError::new)?))
            }
            (Type::String, Token::Text(text)) => Ok(Value::String(text.to_owned())),
            (Type::List(element), Token::Array(length)) => {
                Ok(Value::List(self.elements(length, element, depth)?))
            }
            (Type::Set(element), Token::Array(length)) => self.set(length, element, depth),
            (Type::Map(element), Token::Map(length)) => self.map(length, element, depth),
            (Type::Object(attributes), Token::Map(length)) => {
                self.object(length, attributes, depth)
            }
            (Type::Tuple(elements), Token::Array(length)) => self.tuple(length, elements, depth),
            (Type::Dynamic, Token::Array(2)) => self.dynamic(depth),
            (ty, token) => Err(CodecError::new(format!(
                "expected {ty}, found {}",
                token.kind()
            ))),
        }
    }

    fn elements(
        &mut self,
        length: usize,
        element: &Type,
        depth: usize,
    ) -> Result<Vec<Value>, CodecError> {
        // Each element takes a byte at least, so a claimed length cannot ask for more than was sent.
        let mut elements = Vec::with_capacity(length.min(self.rest.len()).min(1024));
        for index in 0..length {
            elements.push(
                self.value(element, depth + 1)
                    .map_err(|e| e.within(Step::Index(index as u64)))?,
            );
        }
        Ok(elements)
    }

    fn set(&mut self, length: usize, element: &Type, depth: usize) -> Result<Value, CodecError> {
        let elements = self
            .elements(length, element, depth)
            .map_err(CodecError::inside_set)?;
        Ok(Value::Set(unique(elements)))
    }

    fn tuple(&mut self, length: usize, types: &[Type], depth: usize) -> Result<Value, CodecError> {
        if length != types.len() {
            return Err(CodecError::new(format!(
                "expected {} elements, found {length}",
                types.len()
            )));
        }
        let mut elements = Vec::with_capacity(length);
        for (index, ty) in types.iter().enumerate() {
            elements.push(
                self.value(ty, depth + 1)
                    .map_err(|e| e.within(Step::Index(index as u64)))?,
            );
        }
        Ok(Value::Tuple(elements))
    }

    fn map(&mut self, length: usize, element: &Type, depth: usize) -> Result<Value, CodecError> {
        let mut entries = BTreeMap::new();
        for _ in 0..length {
            let key = self.key()?;
            let entry = self
                .value(element, depth + 1)
                .map_err(|e| e.within(Step::Key(key.to_owned())))?;
            entries.insert(key.to_owned(), entry);
        }
        Ok(Value::Map(entries))
    }

    fn object(
        &mut self,
        length: usize,
        attributes: &BTreeMap<String, Type>,
        depth: usize,
    ) -> Result<Value, CodecError> {
        let mut entries = BTreeMap::new();
        for _ in 0..length {
            let name = self.key()?;
            let Some(ty) = attributes.get(name) else {
                return Err(
                    CodecError::new("no such attribute").within(Step::Attribute(name.to_owned()))
                );
            };
            let entry = self
                .value(ty, depth + 1)
                .map_err(|e| e.within(Step::Attribute(name.to_owned())))?;
            entries.insert(name.to_owned(), entry);
        }
        match attributes.keys().find(|name| !entries.contains_key(*name)) {
            Some(missing) => {
                Err(CodecError::new("attribute is missing")
                    .within(Step::Attribute(missing.clone())))
            }
            None => Ok(Value::Object(entries)),
        }
    }

    fn dynamic(&mut self, depth: usize) -> Result<Value, CodecError> {
        let Token::Binary(json) = self.token()? else {
            return Err(CodecError::new(
                "a dynamic value begins with its type in binary",
            ));
        };
        let ty = Type::from_json(json).map_err(CodecError::new)?;
        let value = self.value(&ty, depth + 1)?;
        Ok(if ty == Type::Dynamic {
            value
        } else {
            Value::dynamic(ty, value)
        })
    }

    fn key(&mut self) -> Result<&'a str, CodecError> {
        match self.token()? {
            Token::Text(key) => Ok(key),
            other => Err(CodecError::new(format!(
                "expected a key, found {}",
                other.kind()
            ))),
        }
    }

    fn token(&mut self) -> Result<Token<'a>, CodecError> {
        let marker = Marker::from_u8(self.bytes(1)?[0]);
        Ok(match marker {
            Marker::Null => Token::Nil,
            Marker::True => Token::Bool(true),
            Marker::False => Token::Bool(false),
            Marker::FixStr(length) => self.text(usize::from(length))?,
            Marker::Str8 => self.sized(1, Self::text)?,
            Marker::Str16 => self.sized(2, Self::text)?,
            Marker::Str32 => self.sized(4, Self::text)?,
            Marker::Bin8 => self.sized(1, Self::binary)?,
            Marker::Bin16 => self.sized(2, Self::binary)?,
            Marker::Bin32 => self.sized(4, Self::binary)?,
            Marker::FixArray(length) => Token::Array(usize::from(length)),
            Marker::Array16 => Token::Array(self.length(2)?),
            Marker::Array32 => Token::Array(self.length(4)?),
            Marker::FixMap(length) => Token::Map(usize::from(length)),
            Marker::Map16 => Token::Map(self.length(2)?),
            Marker::Map32 => Token::Map(self.length(4)?),
            Marker::FixExt1 => self.extension(1)?,
            Marker::FixExt2 => self.extension(2)?,
            Marker::FixExt4 => self.extension(4)?,
            Marker::FixExt8 => self.extension(8)?,
            Marker::FixExt16 => self.extension(16)?,
            Marker::Ext8 => self.sized(1, Self::extension)?,
            Marker::Ext16 => self.sized(2, Self::extension)?,
            Marker::Ext32 => self.sized(4, Self::extension)?,
            Marker::Reserved => return Err(CodecError::new("not msgpack")),
            number => Token::Number(self.number(number)?),
        })
    }

    fn number(&mut self, marker: Marker) -> Result<Number, CodecError> {
        Ok(match marker {
            Marker::FixPos(number) => u64::from(number).into(),
            Marker::FixNeg(number) => i64::from(number).into(),
            Marker::U8 => u64::from(u8::from_be_bytes(self.array()?)).into(),
            Marker::U16 => u64::from(u16::from_be_bytes(self.array()?)).into(),
            Marker::U32 => u64::from(u32::from_be_bytes(self.array()?)).into(),
            Marker::U64 => u64::from_be_bytes(self.array()?).into(),
            Marker::I8 => i64::from(i8::from_be_bytes(self.array()?)).into(),
            Marker::I16 => i64::from(i16::from_be_bytes(self.array()?)).into(),
            Marker::I32 => i64::from(i32::from_be_bytes(self.array()?)).into(),
            Marker::I64 => i64::from_be_bytes(self.array()?).into(),
            Marker::F32 => Number::from_f64(f64::from(f32::from_be_bytes(self.array()?)))
                .map_err(CodecError::new)?,
            _ => Number::from_f64(f64::from_be_bytes(self.array()?)).map_err(CodecError::new)?,
        })
    }

    /// Reads a length of so many bytes, then what it is the length of.
    fn sized(
        &mut self,
        width: usize,
        read: fn(&mut Self, usize) -> Result<Token<'a>, CodecError>,
    ) -> Result<Token<'a>, CodecError> {
        let length = self.length(width)?;
        read(self, length)
    }

    fn length(&mut self, width: usize) -> Result<usize, CodecError> {
        Ok(self
            .bytes(width)?
            .iter()
            .fold(0, |length, byte| length << 8 | usize::from(*byte)))
    }

    fn text(&mut self, length: usize) -> Result<Token<'a>, CodecError> {
        std::str::from_utf8(self.bytes(length)?)
            .map(Token::Text)
            .map_err(CodecError::new)
    }

    fn binary(&mut self, length: usize) -> Result<Token<'a>, CodecError> {
        self.bytes(length).map(Token::Binary)
    }

    fn extension(&mut self, length: usize) -> Result<Token<'a>, CodecError> {
        self.bytes(1)?;
        self.bytes(length)?;
        Ok(Token::Unknown)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], CodecError> {
        let mut array = [0; N];
        array.copy_from_slice(self.bytes(N)?);
        Ok(array)
    }

    fn bytes(&mut self, length: usize) -> Result<&'a [u8], CodecError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or_else(|| CodecError::new("the bytes end too early"))?;
        self.rest = rest;
        Ok(taken)
    }
}

impl Token<'_> {
    fn kind(&self) -> &'static str {
        match self {
            Self::Nil => "null",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::Binary(_) => "binary",
            Self::Array(_) => "an array",
            Self::Map(_) => "a map",
            Self::Unknown => "an unknown value",
        }
    }
}

/// A set holds each known element once; of two unknowns nobody can say whether they are one.
fn unique(mut elements: Vec<Value>) -> Vec<Value> {
    let mut known: Vec<Value> = Vec::new();
    elements.retain(|element| {
        if !element.is_fully_known() {
            return true;
        }
        match known.binary_search(element) {
            Ok(_) => false,
            Err(place) => {
                known.insert(place, element.clone());
                true
            }
        }
    });
    elements
}
