//! What the kinds of EC2 share: tags, filters, looking for one object, network interfaces in the way.

mod interfaces;
mod search;
mod tags;

pub(crate) use interfaces::{
    DELETE_INTERFACE, describe_interfaces, interface_id, interface_words, is_available,
    is_of_sagemaker,
};
pub(crate) use search::{filter, find_tagged, read_by_id, within};
pub(crate) use tags::{put_tags, tag_specifications, tags_of};
