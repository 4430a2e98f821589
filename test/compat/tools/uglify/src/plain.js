function add(first, second) { var unused = 1; return first + second; } console.log(add(1, 2));
