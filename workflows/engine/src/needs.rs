//! The order of steps: which step waits for which, and cycles among them.

/// One complete cycle among `edges` (from a step to what it waits for), if there is one.
///
/// The cycle starts and ends with the same step and starts at the first step
/// of the file that lies on it.
pub(crate) fn find_cycle(edges: &[Vec<usize>]) -> Option<Vec<usize>> {
    (0..edges.len()).find_map(|start| path_back_to(start, edges))
}

/// Every step after those it waits for; steps without ties keep their order.
///
/// Steps on a cycle are left out: a loaded workflow has none.
pub(crate) fn order(edges: &[Vec<usize>]) -> Vec<usize> {
    let mut ordered: Vec<usize> = Vec::with_capacity(edges.len());
    let mut placed = vec![false; edges.len()];
    loop {
        let next = (0..edges.len())
            .find(|&step| !placed[step] && edges[step].iter().all(|&needed| placed[needed]));
        let Some(step) = next else {
            return ordered;
        };
        placed[step] = true;
        ordered.push(step);
    }
}

/// The shortest way from `start` along edges back to `start`.
fn path_back_to(start: usize, edges: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut came_from = vec![None; edges.len()];
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(step) = queue.pop_front() {
        for &next in &edges[step] {
            if next == start {
                return Some(unwind(start, step, &came_from));
            }
            if came_from[next].is_none() {
                came_from[next] = Some(step);
                queue.push_back(next);
            }
        }
    }
    None
}

fn unwind(start: usize, last: usize, came_from: &[Option<usize>]) -> Vec<usize> {
    let mut path = vec![start];
    let mut step = last;
    while step != start {
        path.push(step);
        match came_from[step] {
            Some(before) => step = before,
            None => break,
        }
    }
    path.push(start);
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_are_found_and_named_in_order() {
        let cases = [
            ("none", vec![vec![], vec![0], vec![0, 1]], ""),
            ("itself", vec![vec![0]], "[0, 0]"),
            ("a pair", vec![vec![1], vec![0]], "[0, 1, 0]"),
            (
                "three",
                vec![vec![], vec![3], vec![1], vec![2]],
                "[1, 3, 2, 1]",
            ),
            (
                "reached, not on it",
                vec![vec![1], vec![2], vec![1]],
                "[1, 2, 1]",
            ),
        ];
        for (name, edges, expected) in cases {
            let found = find_cycle(&edges).map(|cycle| format!("{cycle:?}"));
            assert_eq!(found.unwrap_or_default(), expected, "{name}");
        }
    }

    #[test]
    fn needed_steps_come_first() {
        assert_eq!(order(&[vec![2], vec![], vec![1]]), [1, 2, 0]);
    }
}
