// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, Refused} from "../../src/Refusal.sol";
import {BalanceDelta, Balances} from "../../src/guards/BalanceDelta.sol";
import {TokenMove} from "../../src/guards/TokenMove.sol";
import {MockToken} from "../support/MockToken.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Answers whatever it was told to, to anything.
contract Answering {
    bytes private answer;
    bool private reverts;

    function set(bytes calldata answer_, bool reverts_) external {
        (answer, reverts) = (answer_, reverts_);
    }

    fallback() external payable {
        bytes memory said = answer;
        bool fails = reverts;
        assembly ("memory-safe") {
            if fails { revert(add(said, 0x20), mload(said)) }
            return(add(said, 0x20), mload(said))
        }
    }
}

/// @title Tokens and coins moved without trust in what they answer
contract TokenMoveTest is Test {
    using BalanceDelta for Balances;

    MockToken private token;
    Answering private odd;
    address private to = makeAddr("to");

    function setUp() public {
        token = new MockToken(6);
        odd = new Answering();
        token.mint(address(this), 100);
    }

    function push(address token_, uint256 amount) external {
        TokenMove.push(token_, to, amount);
    }

    function pull(address token_, address from, uint256 amount) external {
        TokenMove.pull(token_, from, to, amount);
    }

    function pushNative(address receiver, uint256 amount) external {
        TokenMove.pushNative(receiver, amount);
    }

    function balance(address token_) external view returns (uint256) {
        return TokenMove.balanceOf(token_, to);
    }

    function expectFailed(address who) private {
        vm.expectRevert(abi.encodeWithSelector(Refused.selector, Refusal.TransferFailed, uint160(who)));
    }

    function test_push_movesExactly() public {
        this.push(address(token), 30);
        assertEq(token.balanceOf(to), 30);
        assertEq(token.balanceOf(address(this)), 70);
        token.setSilent(true);
        this.push(address(token), 70);
        assertEq(token.balanceOf(to), 100);
        expectFailed(address(token));
        this.push(address(token), 1);
    }

    function test_pull_movesExactlyWhatIsAllowed() public {
        address from = makeAddr("from");
        token.mint(from, 10);
        expectFailed(address(token));
        this.pull(address(token), from, 4);
        vm.prank(from);
        token.approve(address(this), 4);
        this.pull(address(token), from, 4);
        assertEq(token.balanceOf(to), 4);
        assertEq(token.balanceOf(from), 6);
    }

    /// @notice True is the word one; nothing is fine from what has code; everything else is a refusal.
    function test_answers() public {
        address strange = address(odd);
        bytes[3] memory good = [abi.encode(true), bytes(""), abi.encodePacked(abi.encode(true), "more")];
        for (uint256 i = 0; i < good.length; i++) {
            odd.set(good[i], false);
            this.push(strange, 1);
            this.pull(strange, to, 1);
            odd.set(good[i], true);
            expectFailed(strange);
            this.push(strange, 1);
            expectFailed(strange);
            this.pull(strange, to, 1);
        }
        bytes[4] memory bad = [abi.encode(false), abi.encode(2), abi.encodePacked(new bytes(30), uint8(1)), bytes("x")];
        for (uint256 i = 0; i < bad.length; i++) {
            odd.set(bad[i], false);
            expectFailed(strange);
            this.push(strange, 1);
            expectFailed(strange);
            this.pull(strange, to, 1);
        }
    }

    function pushOver(uint256 word, address token_) external {
        assembly ("memory-safe") {
            mstore(0x00, word)
        }
        TokenMove.push(token_, to, 1);
    }

    /// @notice What lay in memory before never completes an answer that is a byte short.
    function test_answers_needAWholeWord() public {
        odd.set(new bytes(31), false);
        expectFailed(address(odd));
        this.pushOver(1, address(odd));
        odd.set(abi.encode(true), false);
        this.pushOver(2, address(odd));
    }

    function test_nobodyIsNoToken() public {
        expectFailed(to);
        this.push(to, 1);
        expectFailed(to);
        this.pull(to, to, 1);
        expectFailed(to);
        this.balance(to);
    }

    function test_balance_needsAWholeWord() public {
        odd.set(abi.encode(7), false);
        assertEq(this.balance(address(odd)), 7);
        odd.set(new bytes(31), false);
        expectFailed(address(odd));
        this.balance(address(odd));
        odd.set(abi.encode(7), true);
        expectFailed(address(odd));
        this.balance(address(odd));
    }

    /// @notice A view asks with a limit, which a token that burns all it gets cannot pass.
    function test_tryBalance_answersWhateverTheToken() public {
        (bool answered, uint256 amount) = TokenMove.tryBalanceOf(address(token), address(this));
        assertTrue(answered && amount == 100);
        token.setBalances(MockToken.Balances.BurnGas);
        uint256 start = gasleft();
        (answered,) = TokenMove.tryBalanceOf(address(token), address(this));
        assertFalse(answered);
        assertLt(start - gasleft(), 250_000);
        token.setBalances(MockToken.Balances.Nothing);
        (answered, amount) = TokenMove.tryBalanceOf(address(token), address(this));
        assertFalse(answered);
        assertEq(amount, 0);
    }

    function test_native_movesOrRefuses() public {
        vm.deal(address(this), 5);
        this.pushNative(to, 3);
        assertEq(to.balance, 3);
        expectFailed(to);
        this.pushNative(to, 3);
        odd.set("", true);
        expectFailed(address(odd));
        this.pushNative(address(odd), 1);
        assertFalse(TokenMove.tryPushNative(address(odd), 1, 10_000));
        assertTrue(TokenMove.tryPushNative(to, 1, 10_000));
        assertEq(to.balance, 4);
    }

    function test_deltas_neverBelowZero() public {
        MockToken other = new MockToken(18);
        other.mint(address(this), 50);
        Balances memory start = BalanceDelta.measure(address(token), address(other));
        assertEq(start.sell, 100);
        assertEq(start.buy, 50);
        token.burn(address(this), 30);
        other.mint(address(this), 7);
        (uint256 spent, uint256 received) = start.since(address(token), address(other));
        assertEq(spent, 30);
        assertEq(received, 7);
        token.mint(address(this), 31);
        other.burn(address(this), 8);
        (spent, received) = start.since(address(token), address(other));
        assertEq(spent, 0);
        assertEq(received, 0);
    }
}
